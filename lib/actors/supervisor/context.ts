import type { Instant, Millis } from '../../model/values/time.ts';

/** More than so many breaks of one actor within the period, and it is quarantined: a bug is not restarted for ever. */
export const CRASH_INTENSITY = { maxCrashes: 5, periodMs: 60_000 as Millis } as const;

/** The context of the root supervisor: plain JSON. */
export interface SupervisorContext {
  /** When each child broke of late, by actor id. */
  readonly crashes: Readonly<Record<string, readonly Instant[]>>;
}

/** The crashes with one more; older ones than the period are forgotten. */
export function crashNoted(context: SupervisorContext, actorId: string, now: Instant): SupervisorContext {
  const recent = (context.crashes[actorId] ?? []).filter(
    (at) => at > now - CRASH_INTENSITY.periodMs && at <= now, // one in the future is from before the clock was set back
  );
  return { crashes: { ...context.crashes, [actorId]: [...recent, now] } };
}

/** Whether the child broke too often to be trusted with another try. */
export function isBeyondRepair(context: SupervisorContext, actorId: string): boolean {
  return (context.crashes[actorId]?.length ?? 0) > CRASH_INTENSITY.maxCrashes;
}
