import { spanOf } from '../../frontend/timeline/period.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { html } from '../writing/html.ts';
import type { Html } from '../writing/html.ts';

/** A measured value. */
export interface Reading {
  readonly at: number;
  readonly value: number;
}

const WIDTH = 1_000;
const HEIGHT = 40;
/** More points than this cannot be distinguished. */
const BUCKETS = 300;
/** Samples are a minute apart; after a longer time without one the line is interrupted. */
const GAP_MS = 150_000;

/** The highest reading of each part of the period, by time. */
export function highestOf(readings: readonly Reading[], period: Period): readonly Reading[] {
  const size = Math.max(1, spanOf(period) / BUCKETS);
  const found = new Map<number, Reading>();
  for (const reading of readings) {
    const bucket = Math.floor((reading.at - period.from) / size);
    const known = found.get(bucket);
    if (known === undefined || reading.value > known.value) found.set(bucket, reading);
  }
  return [...found.values()];
}

/** The line through readings, with gaps where there are none; `top` is at the upper edge. */
export function lineOf(readings: readonly Reading[], period: Period, top: number): string {
  const gap = Math.max(GAP_MS, (spanOf(period) / BUCKETS) * 2.5);
  const one = (number: number): number => Math.round(number * 10) / 10;
  let before: number | null = null;
  const parts: string[] = [];
  for (const { at, value } of highestOf(readings, period)) {
    const x = one(((at - period.from) / Math.max(1, spanOf(period))) * WIDTH);
    const y = one(HEIGHT - (value / top) * HEIGHT);
    // A reading without a neighbour is a dash.
    parts.push(before === null || at - before > gap ? `M${x} ${y}h1` : `L${x} ${y}`);
    before = at;
  }
  return parts.join('');
}

/** A chart that says in words what it shows. */
export function drawnChart(readings: readonly Reading[], period: Period, top: number, label: string): Html {
  return html`<svg
    class="chart"
    viewBox="0 -2 ${WIDTH} ${HEIGHT + 4}"
    preserveAspectRatio="none"
    role="img"
    aria-label="${label}"
  >
    <path d="${lineOf(readings, period, top)}" />
  </svg>`;
}

/** The upper edge of a chart for a highest value, with some room above it. */
export function axisTop(max: number): number {
  return max <= 0 ? 1 : max * 1.05;
}
