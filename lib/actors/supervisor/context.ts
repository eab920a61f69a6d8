import type { Instant, Millis } from '../../model/values/time.ts';

/** An actor that crashes more often than this within the period is quarantined: a bug is not restarted for ever. */
export const CRASH_INTENSITY = { maxCrashes: 5, periodMs: 60_000 as Millis } as const;

/** The context of the root supervisor: plain JSON. */
export interface SupervisorContext {
  /** Recent crashes of each child, by actor id. */
  readonly crashes: Readonly<Record<string, readonly Instant[]>>;
}

/** Adds a crash; those older than the period are dropped. */
export function crashNoted(context: SupervisorContext, actorId: string, now: Instant): SupervisorContext {
  const recent = (context.crashes[actorId] ?? []).filter(
    (at) => at > now - CRASH_INTENSITY.periodMs && at <= now, // one in the future dates from before the clock was set back
  );
  return { crashes: { ...context.crashes, [actorId]: [...recent, now] } };
}

/** Whether the child crashed too often for another try. */
export function hasCrashedTooOften(context: SupervisorContext, actorId: string): boolean {
  return (context.crashes[actorId]?.length ?? 0) > CRASH_INTENSITY.maxCrashes;
}
