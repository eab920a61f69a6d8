import type { AnyActorRef } from 'xstate';

/** So many ids of an actor are kept before those of expired timers are removed. */
const MANY = 32;

/**
 * Makes the end of an actor cost the same in a system of any size: XState (5.33) looks for the timers of an actor that
 * ends among those of all actors, and each effect is an actor that ends. This keeps the ids of the timers of each
 * actor. To be called before the root is started.
 */
export function indexTimers({ system }: AnyActorRef): void {
  const { scheduler } = system;
  const schedule = scheduler.schedule.bind(scheduler);
  const cancel = scheduler.cancel.bind(scheduler);
  const pending = new WeakMap<AnyActorRef, Set<string>>();

  scheduler.schedule = (source, target, event, delay, id = Math.random().toString(36).slice(2)) => {
    const ids = pending.get(source) ?? new Set();
    if (ids.size >= MANY) keepPending(ids, source);
    pending.set(source, ids.add(id));
    schedule(source, target, event, delay, id);
  };
  scheduler.cancel = (source, id) => {
    pending.get(source)?.delete(id);
    cancel(source, id);
  };
  scheduler.cancelAll = (source) => {
    for (const id of pending.get(source) ?? []) cancel(source, id);
    pending.delete(source);
  };

  function keepPending(ids: Set<string>, source: AnyActorRef): void {
    const still = new Set(
      Object.values(system.getSnapshot()._scheduledEvents).flatMap((one) => (one.source === source ? [one.id] : [])),
    );
    for (const id of ids) if (!still.has(id)) ids.delete(id);
  }
}
