import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Lane, Lanes } from '../../../frontend/timeline/lanes.ts';
import type { Period } from '../../../frontend/timeline/period.ts';
import { drawLanes } from './draw.ts';
import { paletteOf } from './palette.ts';
import type { Palette } from './palette.ts';
import { RIGHT_PX, timeAxis } from './time-axis.ts';

export const AXIS_PX = 40;

/** What a chart of lanes shows. */
export interface PlotContent {
  /** Null: not read yet. */
  readonly lanes: Lanes | null;
  /** The lane of the host first. */
  readonly rows: readonly Lane[];
  /** The index of the chosen lane; -1: none. */
  readonly chosen: number;
  readonly range: Period | null;
  readonly at: number | null;
  /** How far the lanes are scrolled, in CSS pixels. */
  readonly scrolled: number;
}

/** A chart of lanes over time: uPlot has the axis, the scale and the canvas; the lanes are drawn in its hook. */
export class LanePlot {
  readonly #element: HTMLElement;
  readonly #gutter: () => number;
  #plot: UPlot;
  #palette: Palette;
  #view: Period;
  #content: PlotContent = { lanes: null, rows: [], chosen: -1, range: null, at: null, scrolled: 0 };
  /** How many frames were drawn. */
  frames = 0;

  /** `gutter`: the space at the left of the lanes, in CSS pixels. */
  constructor(element: HTMLElement, view: Period, gutter: () => number) {
    this.#element = element;
    this.#gutter = gutter;
    this.#view = view;
    this.#palette = paletteOf(element);
    this.#plot = this.#create();
  }

  /** Draws with the colours of the current scheme from now on. */
  restyle(): void {
    this.#palette = paletteOf(this.#element);
    this.#plot.destroy();
    this.#plot = this.#create();
  }

  resize(): void {
    this.restyle(); // the gutter depends on the size
  }

  setView(view: Period): void {
    this.#view = view;
    this.#plot.setScale('x', { min: view.from / 1_000, max: view.to / 1_000 });
  }

  setContent(content: Partial<PlotContent>): void {
    this.#content = { ...this.#content, ...content };
    this.#plot.redraw(false, false);
  }

  /** The instant at a horizontal position in the element. */
  atX(x: number): number {
    const width = this.#element.clientWidth - this.#gutter() - RIGHT_PX;
    return this.#view.from + ((x - this.#gutter()) / width) * (this.#view.to - this.#view.from);
  }

  /** How long one pixel is. */
  msPerPixel(): number {
    return this.atX(1) - this.atX(0);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #create(): UPlot {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const options: UPlot.Options = {
      ...{ width, height, padding: [0, RIGHT_PX, 0, this.#gutter()] },
      ...{ legend: { show: false }, cursor: { show: false } },
      scales: {
        x: { auto: false, range: () => [this.#view.from / 1_000, this.#view.to / 1_000] },
        y: { auto: false, range: [0, 1] },
      },
      axes: [timeAxis(this.#palette, AXIS_PX), { show: false }],
      series: [{}, { show: false }],
      hooks: {
        draw: [
          (plot) => {
            this.#draw(plot);
          },
        ],
      },
    };
    return new UPlot(
      options,
      [
        [this.#view.from / 1_000, this.#view.to / 1_000],
        [null, null],
      ],
      this.#element,
    );
  }

  #draw({ ctx: context, bbox: { left, top, width, height } }: UPlot): void {
    this.frames += 1;
    const { lanes, rows, scrolled, chosen, range, at } = this.#content;
    const frame = {
      ...{ context, left, top, width, height, view: this.#view, palette: this.#palette },
      ratio: UPlot.pxRatio,
    };
    if (lanes !== null) drawLanes(frame, lanes, rows, scrolled, chosen);
    if (range !== null) this.#shade(frame, range);
    if (at !== null) this.#line(frame, at);
  }

  #shade({ context, left, top, width, height, ratio }: Box, range: Period): void {
    const from = Math.max(left, this.#deviceX({ left, width }, range.from));
    const to = Math.min(left + width, this.#deviceX({ left, width }, range.to));
    if (to < from) return;
    context.save();
    context.globalAlpha = 0.18;
    context.fillStyle = this.#palette.accent;
    context.fillRect(from, top, to - from, height);
    context.globalAlpha = 1;
    context.strokeStyle = this.#palette.accent;
    context.lineWidth = ratio;
    context.strokeRect(from, top, to - from, height);
    context.restore();
  }

  #line({ context, left, top, width, height, ratio }: Box, at: number): void {
    const x = this.#deviceX({ left, width }, at);
    if (x < left || x > left + width) return;
    context.fillStyle = this.#palette.text;
    context.fillRect(x - ratio, top, 2 * ratio, height);
  }

  #deviceX({ left, width }: Pick<Box, 'left' | 'width'>, at: number): number {
    return left + ((at - this.#view.from) / (this.#view.to - this.#view.from)) * width;
  }
}

interface Box {
  readonly context: CanvasRenderingContext2D;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}
