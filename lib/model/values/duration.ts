import type { Millis } from './time.ts';

/** A parsed duration, or the reason why the text is not one. */
export type ParsedDuration =
  | { readonly type: 'duration'; readonly ms: Millis }
  | { readonly type: 'invalid'; readonly message: string };

const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
/** Largest unit first, the order in which a duration is written. */
const UNITS: readonly (readonly [unit: string, ms: Millis])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];
/** 24 days. Timers are 31-bit; a longer one would fire immediately. */
const LONGEST: Millis = 24 * 24 * 3_600_000;

/** Parses `250ms`, `1.5s`, `2m` or `1h`, rounded to whole milliseconds. More than 24 days is invalid. */
export function parseDuration(text: string): ParsedDuration {
  const [, amount, unit] = FORM.exec(text) ?? [];
  const unitMs = UNITS.find(([name]) => name === unit)?.[1];
  if (amount === undefined || unitMs === undefined) {
    return { type: 'invalid', message: `"${text}" is not a duration such as 250ms, 1.5s, 2m or 1h` };
  }
  const ms = Math.round(Number(amount) * unitMs);
  if (ms > LONGEST) return { type: 'invalid', message: `"${text}" is longer than the maximum, 24 days (576h)` };
  return { type: 'duration', ms };
}

/**
 * Formats whole milliseconds in the largest unit that needs no fraction; {@link parseDuration} restores the value
 * exactly.
 */
export function formatDuration(ms: Millis): string {
  const [unit, unitMs] = UNITS.find(([, size]) => ms !== 0 && ms % size === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
}

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/**
 * A duration for sentences, no finer than a reader needs: `0.25 s`, `4.2 s`, `42 s`, `2 min 5 s`, `3 h 12 min`, `4 d 3
 * h`.
 */
export function spokenDuration(ms: Millis): string {
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(ms < 1_000 ? 2 : 1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const rounded = seconds * 1000;
  if (rounded < HOUR) return inTwo(rounded, [MINUTE, 'min'], [1_000, 's']);
  return rounded < DAY ? inTwo(rounded, [HOUR, 'h'], [MINUTE, 'min']) : inTwo(rounded, [DAY, 'd'], [HOUR, 'h']);
}

function inTwo(ms: Millis, large: readonly [Millis, string], small: readonly [Millis, string]): string {
  const rest = Math.floor((ms % large[0]) / small[0]);
  const whole = `${Math.floor(ms / large[0])} ${large[1]}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small[1]}`;
}
