import type { Instant, Millis } from '../values/time.ts';

/** A service flaps if its restart policy has restarted it more often than this within {@link FLAPPING_WITHIN_MS}. */
export const FLAPPING_ABOVE = 5;
export const FLAPPING_WITHIN_MS: Millis = 3_600_000;

/** How often a flapping service was restarted. */
export interface Flapping {
  /** At least: see `isExact`. */
  readonly restarts: number;
  /** False: there were more, of which not all times are known. */
  readonly isExact: boolean;
  /** The first of these restarts. */
  readonly since: Instant;
  /** When it no longer flaps, if it is not restarted again. */
  readonly until: Instant;
}

/** The restarts of a service as far as they are known. */
export interface KnownRestarts {
  /** Oldest first. */
  readonly times: readonly Instant[];
  /** Up to here, some are missing; null: none is. */
  readonly cutAt: Instant | null;
}

/** Whether a service flaps; null: it does not. */
export function flappingAt({ times, cutAt }: KnownRestarts, now: Instant): Flapping | null {
  const begin = now - FLAPPING_WITHIN_MS;
  const recent = times.filter((at) => at > begin);
  const last = recent.at(-1 - FLAPPING_ABOVE);
  const [since] = recent;
  if (last === undefined || since === undefined) return null;
  const isExact = cutAt === null || cutAt <= begin;
  return { restarts: recent.length, isExact, since, until: last + FLAPPING_WITHIN_MS };
}
