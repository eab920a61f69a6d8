import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { RIGHT_PX } from '../../timeline/chart/time-axis.ts';
import { clockTime } from '../../words/time.ts';

/** The data: seconds since the epoch, and a value for each; null: unknown. */
export interface ChartProps {
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
  /** A description for people who cannot see the chart. */
  readonly label: string;
  readonly format: (value: number) => string;
  /** The least value at the top of the axis above a maximum. */
  readonly top: (max: number) => number;
  /** The name of a colour variable in base.css. */
  readonly color: string;
}

const HEIGHT_PX = 150;
const AXIS_PX = 72;
/** The distances of the labels in time, in seconds; shorter ones would have the same label. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];

function colorOf(container: HTMLElement, name: string): string {
  // A canvas cannot resolve custom properties, so the colour is read from an element that uses it.
  container.style.color = `var(${name})`;
  return getComputedStyle(container).color;
}

function optionsOf(container: HTMLElement, { color, format, top }: ChartProps): UPlot.Options {
  const line = colorOf(container, color);
  const grid = colorOf(container, '--line');
  const quiet = colorOf(container, '--quiet');
  container.style.removeProperty('color');
  const axis = { stroke: quiet, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    width: container.clientWidth,
    height: HEIGHT_PX,
    padding: [null, RIGHT_PX, null, null],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, max) => [0, top(max)] } },
    axes: [
      {
        ...{ ...axis, space: 90, incrs: TIME_STEPS },
        values: (_, splits) => splits.map((seconds) => clockTime(seconds * 1_000)),
      },
      {
        ...{ ...axis, size: AXIS_PX },
        // Three labels that differ, whatever the values are.
        splits: (_, __, ___, max) => [0, max / 2, max],
        values: (_, splits) => splits.map((value) => format(value)),
      },
    ],
    series: [
      {},
      {
        stroke: line,
        width: 1.5,
        fill: line.replace('rgb(', 'rgba(').replace(')', ', 0.12)'),
        points: { show: false },
      },
    ],
  };
}

/** A value over time. */
export function Chart(props: ChartProps): ReactNode {
  const container = useRef<HTMLDivElement>(null);
  const drawn = useRef<UPlot>(null);
  const { at, values, label, color } = props;
  useEffect(() => {
    const element = container.current;
    if (element === null) return undefined;
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    const draw = (): void => {
      const data = drawn.current?.data ?? [[], []];
      drawn.current?.destroy();
      drawn.current = new UPlot(optionsOf(element, props), data, element);
    };
    const resize = new ResizeObserver(() => drawn.current?.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    draw();
    resize.observe(element);
    scheme.addEventListener('change', draw);
    return () => {
      resize.disconnect();
      scheme.removeEventListener('change', draw);
      drawn.current?.destroy();
      drawn.current = null;
    };
    // Created again only for another colour; new data is set below.
  }, [color]);
  useEffect(() => {
    drawn.current?.setData([[...at], [...values]]);
  }, [at, values]);
  return <div ref={container} className="chart" role="img" aria-label={label} />;
}
