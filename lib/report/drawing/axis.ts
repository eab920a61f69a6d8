import { spanOf } from '../../frontend/timeline/period.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { localTime } from '../writing/words.ts';

/** A place on the axis of time. */
export interface Tick {
  readonly at: number;
  readonly label: string;
  /** Where a day begins, its date. */
  readonly date: string | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1_000, 5_000, 15_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY],
];
/** As many have room on a phone. */
const MAX_TICKS = 6;

/** Round local times within a period. */
export function ticksOf(period: Period): readonly Tick[] {
  const step = STEPS.find((one) => spanOf(period) / one <= MAX_TICKS) ?? 30 * DAY;
  const ahead = new Date(period.from).getTimezoneOffset() * -MINUTE;
  const ticks: Tick[] = [];
  let day = '';
  for (let at = Math.ceil((period.from + ahead) / step) * step - ahead; at <= period.to; at += step) {
    const [date = '', clock = ''] = localTime(at).split(' ');
    const label = step >= DAY ? date.slice(5) : clock.slice(0, step < MINUTE ? 8 : 5);
    ticks.push({ at, label, date: step < DAY && date !== day ? date.slice(5) : null });
    day = date;
  }
  return ticks;
}

/** Where an instant is in a period, in percent with two digits. */
export function placeOf({ from, to }: Period, at: number): number {
  const share = to === from ? 0 : (at - from) / (to - from);
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100;
}
