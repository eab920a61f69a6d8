import type UPlot from 'uplot';
import { clockTime, dayOf } from '../../words/time.ts';
import type { Palette } from './palette.ts';

const DAY_S = 86_400;
/** The free space at the right of a chart, in CSS pixels: half of the longest label, which may be at the end of the axis. */
export const RIGHT_PX = 32;

/** The labels of these instants: times, and the date where it begins. */
function labelsOf(splits: readonly number[], incrementS: number): readonly string[] {
  let before = '';
  return splits.map((seconds) => {
    const at = seconds * 1_000;
    const day = dayOf(new Date(at).toISOString(), false);
    const clock = clockTime(at).slice(0, incrementS < 60 ? 8 : 5);
    const isNew = day !== before;
    before = day;
    if (incrementS >= DAY_S) return day;
    return isNew ? `${clock}\n${day}` : clock;
  });
}

/** The axis of time below a chart. */
export function timeAxis({ quiet, line }: Pick<Palette, 'quiet' | 'line'>, size: number): UPlot.Axis {
  return {
    ...{ stroke: quiet, size, space: 70 },
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
    values: (_, splits, __, ___, increment) => [...labelsOf(splits, increment)],
  };
}
