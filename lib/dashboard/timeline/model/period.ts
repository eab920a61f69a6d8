/** A period of time in milliseconds since the epoch. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The periods that have a button, by what it says. */
export const SPANS = [
  ['15 min', 15 * MINUTE_MS],
  ['1 h', HOUR_MS],
  ['8 h', 8 * HOUR_MS],
  ['24 h', DAY_MS],
  ['7 d', 7 * DAY_MS],
  ['30 d', 30 * DAY_MS],
] as const;

/** The length of a view that nobody has chosen, before it is known how much is stored. */
export const LONGEST_DEFAULT_MS = DAY_MS;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 60 * DAY_MS;

export function spanOf({ from, to }: Period): number {
  return to - from;
}

/** The period around a point, which keeps its place, longer or shorter by a factor. */
export function zoomed(period: Period, at: number, factor: number): Period {
  const span = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, spanOf(period) * factor));
  const share = (at - period.from) / spanOf(period);
  const from = Math.round(at - share * span);
  return { from, to: from + Math.round(span) };
}

export function moved({ from, to }: Period, byMs: number): Period {
  const by = Math.round(byMs);
  return { from: from + by, to: to + by };
}

/** The period of this length that ends now. */
export function lastPeriod(spanMs: number, now: number): Period {
  return { from: now - spanMs, to: now };
}

/** The shortest period with a button that includes everything that is stored, of a day at most. */
export function fittingSpan(storedSince: number | null, now: number): number {
  const age = storedSince === null ? 0 : now - storedSince;
  const [, span] = SPANS.find(([, one]) => one >= Math.min(age, LONGEST_DEFAULT_MS)) ?? SPANS[0];
  return span;
}

/** The period that includes both points. */
export function between(one: number, other: number): Period {
  return { from: Math.round(Math.min(one, other)), to: Math.round(Math.max(one, other)) };
}

/** The period that is read for a view: with room on both sides, so that it can be moved without waiting. */
export function extentOf(view: Period, now: number): Period {
  const span = spanOf(view);
  return { from: view.from - span, to: Math.max(view.from + 1, Math.min(view.to + span, now + MINUTE_MS)) };
}

/** Whether what was read covers a view, as far as there is something to read. */
export function covers(extent: Period, view: Period, now: number): boolean {
  return view.from >= extent.from && Math.min(view.to, now) <= extent.to;
}
