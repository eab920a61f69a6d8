import { withInstants } from '../../frontend/words/sentence.ts';

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY_AND_CLOCK = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
});
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const UTC_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** The local time of day. */
export function clockTime(at: number): string {
  return CLOCK.format(at);
}

/** The time of day with milliseconds, local or in UTC. */
export function preciseTime(iso: string, isUtc: boolean): string {
  return isUtc ? `${iso.slice(11, 23)}Z` : `${CLOCK.format(Date.parse(iso))}.${iso.slice(20, 23)}`;
}

/** The date of an instant, local or in UTC, such as `28 Nov`. */
export function dayOf(iso: string, isUtc: boolean): string {
  return (isUtc ? UTC_DAY : DAY).format(Date.parse(iso));
}

/** An instant (ISO 8601, or milliseconds since 1970) in local format, without the date if it is the day of `now`. */
export function localInstant(instant: string | number, now: number): string {
  const at = new Date(instant);
  const isToday = at.toDateString() === new Date(now).toDateString();
  return (isToday ? CLOCK : DAY_AND_CLOCK).format(at);
}

/** Both ends of a period in local format: with their dates if they are of different days. Milliseconds since 1970. */
export function localPeriod(from: number, to: number, now: number): readonly [from: string, to: string] {
  const isOneDay = new Date(from).toDateString() === new Date(to).toDateString();
  if (!isOneDay) return [DAY_AND_CLOCK.format(from), DAY_AND_CLOCK.format(to)];
  return [localInstant(from, now), CLOCK.format(to)];
}

/** A sentence of the host with its instants in local format. */
export function localSentence(sentence: string, now: number): string {
  return withInstants(sentence, (iso) => localInstant(iso, now));
}

/** A duration with up to two units: `3 d 4 h`, `12 s`, `0.3 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms / 1_000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  for (const [index, [unit, size]] of UNITS.entries()) {
    if (seconds < size) continue;
    const [lesser, lesserSize] = UNITS[index + 1] ?? ['s', 1];
    const rest = Math.floor((seconds % size) / lesserSize);
    const first = `${Math.floor(seconds / size)} ${unit}`;
    return rest === 0 ? first : `${first} ${rest} ${lesser}`;
  }
  return `${Math.floor(seconds)} s`;
}
