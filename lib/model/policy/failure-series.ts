import type { PublicState } from '../states.ts';
import type { Instant, Millis } from '../values/time.ts';

/** How long the output of a series of failures is kept after the series. */
const KEPT_AFTER_MS: Millis = 24 * 3_600_000;

/** Launches that failed one after the other, without a stable one in between. Plain JSON. */
export interface FailureSeries {
  /** The generation of the first of them. */
  readonly first: number;
  /** The last launch before it that was stable; null: none is known. */
  readonly stableBefore: number | null;
}

/** A launch that was stable: up for the backoff's reset time. */
export interface StableLaunch {
  readonly generation: number;
  /** When it had been up for that time. */
  readonly at: Instant;
}

/** What the launches of a service leave behind. */
export interface LaunchPast {
  readonly failureSeries: FailureSeries | null;
  /** The newest one that has ended. */
  readonly lastStable: StableLaunch | null;
}

/** The series that a launch belongs to that has just failed; `isStable`: it was up for long before that. */
export function seriesWith(
  { failureSeries, lastStable }: LaunchPast,
  generation: number,
  isStable: boolean,
): FailureSeries {
  const isContinued =
    failureSeries !== null && !isStable && (lastStable === null || lastStable.generation < failureSeries.first);
  return isContinued ? failureSeries : { first: generation, stableBefore: lastStable?.generation ?? null };
}

/** A service as far as it decides whether its series of failures is over. */
export interface SeriesSituation extends LaunchPast {
  readonly state: PublicState;
  /** When that state was entered. */
  readonly since: Instant;
  /** When the live process counted as started; null: there is none, or it does not yet. */
  readonly startedAt: Instant | null;
  readonly resetAfterMs: Millis;
}

/** When the series was over; null: it is not. A stop ends it, and a launch that is stable. */
function overAt(
  { lastStable, state, since, startedAt, resetAfterMs }: SeriesSituation,
  { first }: FailureSeries,
  now: Instant,
): Instant | null {
  if (lastStable !== null && lastStable.generation > first) return lastStable.at;
  if (state === 'stopped') return since;
  const stableAt = startedAt === null ? Infinity : startedAt + resetAfterMs;
  return stableAt <= now ? stableAt : null;
}

/**
 * The launches whose output is kept whatever their number: the first failed one of a series and the last stable one
 * before it, until a day after the series.
 */
export function launchesToKeep(service: SeriesSituation, now: Instant): readonly number[] {
  const { failureSeries } = service;
  if (failureSeries === null) return [];
  const end = overAt(service, failureSeries, now);
  if (end !== null && now - end > KEPT_AFTER_MS) return [];
  const { first, stableBefore } = failureSeries;
  return stableBefore === null ? [first] : [stableBefore, first];
}
