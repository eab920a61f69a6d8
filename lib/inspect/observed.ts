import type { AnyActorRef, AnyEventObject, InspectionEvent } from 'xstate';
import type { Instant } from '../model/values/time.ts';

/** As much of a snapshot as viewers are shown; effects have no value and no context. */
export interface SeenSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value?: unknown;
  readonly context?: unknown;
  readonly tags?: ReadonlySet<string>;
  readonly children?: Readonly<Record<string, AnyActorRef | undefined>>;
  readonly output?: unknown;
  readonly error?: unknown;
}

/** Something that happened to an actor, as it was seen; nothing of it is turned into text yet. */
export interface Observed {
  readonly type: '@xstate.event' | '@xstate.snapshot';
  /** Grows by one with each. */
  readonly seq: number;
  readonly at: Instant;
  readonly actor: AnyActorRef;
  /** Who sent the event; undefined: somebody outside of the system. */
  readonly source: AnyActorRef | undefined;
  readonly event: AnyEventObject;
  /** After it, for a snapshot; before it, for an event. */
  readonly snapshot: SeenSnapshot;
}

/** The snapshot of an actor now. */
export function snapshotOf(actor: AnyActorRef): SeenSnapshot {
  return actor.getSnapshot() as SeenSnapshot; // what all kinds of actors have in common
}

/** Null: nothing that viewers are told. That there is a new actor is told with its first event: before that it has no snapshot. */
export function observedOf(inspected: InspectionEvent, seq: number, at: Instant): Observed | null {
  const { type } = inspected;
  if (type !== '@xstate.event' && type !== '@xstate.snapshot') return null;
  const actor = inspected.actorRef as AnyActorRef; // always a real one
  const source = type === '@xstate.event' ? (inspected.sourceRef as AnyActorRef | undefined) : undefined; // likewise
  const snapshot = type === '@xstate.snapshot' ? (inspected.snapshot as SeenSnapshot) : snapshotOf(actor);
  return { type, seq, at, actor, source, event: inspected.event, snapshot };
}

/** Every live actor below and with `root`, parents before their children. */
export function liveActors(root: AnyActorRef): readonly AnyActorRef[] {
  const found: AnyActorRef[] = [root];
  for (const parent of found) {
    for (const child of Object.values(snapshotOf(parent).children ?? {})) {
      if (child !== undefined && snapshotOf(child).status === 'active') found.push(child);
    }
  }
  return found;
}
