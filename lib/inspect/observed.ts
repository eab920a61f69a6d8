import type { AnyActorRef, AnyEventObject, InspectionEvent } from 'xstate';
import type { Instant } from '../model/values/time.ts';

/** The part of a snapshot that viewers see; effects have no value and no context. */
export interface SeenSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value?: unknown;
  readonly context?: unknown;
  readonly tags?: ReadonlySet<string>;
  readonly children?: Readonly<Record<string, AnyActorRef | undefined>>;
  readonly output?: unknown;
  readonly error?: unknown;
}

/** An observed change of an actor, not yet serialized. */
export interface Observed {
  readonly type: '@xstate.event' | '@xstate.snapshot';
  /** Increases by one with each observation. */
  readonly seq: number;
  readonly at: Instant;
  readonly actor: AnyActorRef;
  /** The sender of the event; undefined: outside the system. */
  readonly source: AnyActorRef | undefined;
  readonly event: AnyEventObject;
  /** For a snapshot, the state after the event; for an event, the state before it. */
  readonly snapshot: SeenSnapshot;
}

/** The current snapshot of an actor. */
export function snapshotOf(actor: AnyActorRef): SeenSnapshot {
  return actor.getSnapshot() as SeenSnapshot; // the common part of all kinds of actors
}

/**
 * Null: not relevant for viewers. A new actor is reported with its first event, because it has no snapshot before that.
 */
export function observedOf(inspected: InspectionEvent, seq: number, at: Instant): Observed | null {
  const { type } = inspected;
  if (type !== '@xstate.event' && type !== '@xstate.snapshot') return null;
  const actor = inspected.actorRef as AnyActorRef; // always a real actor
  const source = type === '@xstate.event' ? (inspected.sourceRef as AnyActorRef | undefined) : undefined; // likewise
  const snapshot = type === '@xstate.snapshot' ? (inspected.snapshot as SeenSnapshot) : snapshotOf(actor);
  return { type, seq, at, actor, source, event: inspected.event, snapshot };
}

/** The root of the system that an actor belongs to. */
export function rootOf(actor: AnyActorRef): AnyActorRef {
  const { _parent: parent } = actor;
  return parent === undefined ? actor : rootOf(parent);
}

/** All live actors from these roots down, parents before their children. */
export function liveActors(roots: readonly AnyActorRef[]): readonly AnyActorRef[] {
  const found: AnyActorRef[] = [...roots];
  for (const parent of found) {
    for (const child of Object.values(snapshotOf(parent).children ?? {})) {
      if (child !== undefined && snapshotOf(child).status === 'active') found.push(child);
    }
  }
  return found;
}
