import type { Instant, Millis } from '../values/time.ts';

/** A service flaps if its restart policy has restarted it more often than this within {@link FLAPPING_WITHIN_MS}. */
export const FLAPPING_ABOVE = 5;
export const FLAPPING_WITHIN_MS: Millis = 3_600_000;

/** How often a flapping service was restarted. */
export interface Flapping {
  readonly restarts: number;
  /** The first of these restarts. */
  readonly since: Instant;
  /** When it no longer flaps, if it is not restarted again. */
  readonly until: Instant;
}

/** Whether a service flaps, from the instants of its restarts, oldest first; null: it does not. */
export function flappingAt(restarts: readonly Instant[], now: Instant): Flapping | null {
  const recent = restarts.filter((at) => at > now - FLAPPING_WITHIN_MS);
  const last = recent.at(-1 - FLAPPING_ABOVE);
  const [since] = recent;
  if (last === undefined || since === undefined) return null;
  return { restarts: recent.length, since, until: last + FLAPPING_WITHIN_MS };
}
