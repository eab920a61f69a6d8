import type UPlot from 'uplot';
import { clockTime, dayOf } from '../../words/time.ts';
import type { Palette } from './palette.ts';

const DAY_S = 86_400;
/** The free space at the right of a chart, in CSS pixels: half of the longest label, which may be at the end of the axis. */
export const RIGHT_PX = 40;

/** How many digits of a second tell instants apart that are so far from each other; at most three. */
function digitsOf(incrementS: number): number {
  const isExact = (digits: number): boolean => Number.isInteger(Number((incrementS * 10 ** digits).toFixed(3)));
  return [0, 1, 2].find(isExact) ?? 3;
}

/** The labels of these instants, in seconds since the epoch: times, and the date where it begins. */
export function labelsOf(splits: readonly number[], incrementS: number): readonly string[] {
  let before = '';
  const digits = digitsOf(incrementS);
  return splits.map((seconds) => {
    const at = Math.round(seconds * 1_000);
    const day = dayOf(new Date(at).toISOString(), false);
    const fraction =
      digits === 0
        ? ''
        : `.${String(at % 1_000)
            .padStart(3, '0')
            .slice(0, digits)}`;
    const clock = `${clockTime(at).slice(0, incrementS < 60 ? 8 : 5)}${fraction}`;
    const isNew = day !== before;
    before = day;
    if (incrementS >= DAY_S) return day;
    return isNew ? `${clock}\n${day}` : clock;
  });
}

/** The axis of time below a chart. */
export function timeAxis({ quiet, line }: Pick<Palette, 'quiet' | 'line'>, size: number): UPlot.Axis {
  return {
    ...{ stroke: quiet, size, space: 84 },
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
    values: (_, splits, __, ___, increment) => [...labelsOf(splits, increment)],
  };
}
