import type { Millis } from '../../model/time.ts';

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/** A span in one word for a table, rounded down: `42s`, `3m`, `26h`, `4d`. Less than nothing is nothing. */
export function age(ms: Millis): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / 1_000))}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)}h` : `${Math.floor(ms / DAY)}d`;
}

/** The span since an instant of the API. */
export function ageSince(at: string, now: number): string {
  return age(now - Date.parse(at));
}
