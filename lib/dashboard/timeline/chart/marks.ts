import type { MarkKind } from '../model/lanes.ts';
import type { Palette } from './palette.ts';

/** The size of a mark in CSS pixels. */
const SIZE_PX = 8;

/** Points in a square from 0 to 1; each kind has its own shape. */
type Shape = readonly (readonly [x: number, y: number])[];

const CROSS: Shape = [
  [0, 0.2],
  [0.2, 0],
  [0.5, 0.3],
  [0.8, 0],
  [1, 0.2],
  [0.7, 0.5],
  [1, 0.8],
  [0.8, 1],
  [0.5, 0.7],
  [0.2, 1],
  [0, 0.8],
  [0.3, 0.5],
];

const SHAPES: Readonly<Record<MarkKind, Shape>> = {
  command: [
    [0, 0],
    [1, 0],
    [0.5, 1],
  ],
  reload: [
    [0.5, 0],
    [1, 0.5],
    [0.5, 1],
    [0, 0.5],
  ],
  crash: CROSS,
  end: [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.8, 0.8],
    [0.2, 0.8],
  ],
  launch: [
    [0.4, 0.2],
    [0.6, 0.2],
    [0.6, 1],
    [0.4, 1],
  ],
  adoption: [
    [0.35, 0.1],
    [0.65, 0.1],
    [0.65, 0.4],
    [0.95, 0.4],
    [0.95, 0.65],
    [0.65, 0.65],
    [0.65, 1],
    [0.35, 1],
    [0.35, 0.65],
    [0.05, 0.65],
    [0.05, 0.4],
    [0.35, 0.4],
  ],
  host_start: [
    [0.5, 0],
    [1, 1],
    [0, 1],
  ],
  host_stop: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  host_crash: CROSS,
  other: [
    [0.35, 0.3],
    [0.65, 0.3],
    [0.65, 0.7],
    [0.35, 0.7],
  ],
};

type MarkColor = 'accent' | 'danger' | 'text' | 'quiet';
const COLORS: Readonly<Record<MarkKind, MarkColor>> = {
  ...{ command: 'accent', reload: 'accent', crash: 'danger', end: 'quiet', launch: 'text' },
  ...{ adoption: 'text', host_start: 'text', host_stop: 'text', host_crash: 'danger', other: 'quiet' },
};

interface Canvas {
  readonly context: CanvasRenderingContext2D;
  readonly ratio: number;
  readonly palette: Palette;
}

function paint({ context, ratio, palette }: Canvas, kind: MarkKind): void {
  const size = SIZE_PX * ratio;
  context.fillStyle = palette[COLORS[kind]];
  context.beginPath();
  for (const [index, [x, y]] of SHAPES[kind].entries()) {
    if (index === 0) context.moveTo(x * size, y * size);
    else context.lineTo(x * size, y * size);
  }
  context.closePath();
  context.fill();
}

/** Pictures of marks: a picture is drawn in a fraction of the time of its path. */
const pictures = new WeakMap<Palette, Map<string, HTMLCanvasElement>>();

function pictureOf(palette: Palette, ratio: number, kind: MarkKind): HTMLCanvasElement {
  const known = pictures.get(palette) ?? new Map<string, HTMLCanvasElement>();
  pictures.set(palette, known);
  const key = `${kind} ${ratio}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const picture = document.createElement('canvas');
  picture.width = Math.ceil(SIZE_PX * ratio);
  picture.height = picture.width;
  const context = picture.getContext('2d');
  if (context !== null) paint({ context, ratio, palette }, kind);
  known.set(key, picture);
  return picture;
}

/** Draws a mark around `x`, below `top`. */
export function drawMark({ context, ratio, palette }: Canvas, kind: MarkKind, x: number, top: number): void {
  context.drawImage(pictureOf(palette, ratio, kind), Math.round(x - (SIZE_PX * ratio) / 2), Math.round(top));
}

/** The same as a path for a legend, in a square of 8. */
export function pathOf(kind: MarkKind): string {
  return `M${SHAPES[kind].map(([x, y]) => `${x * SIZE_PX} ${y * SIZE_PX}`).join('L')}Z`;
}
