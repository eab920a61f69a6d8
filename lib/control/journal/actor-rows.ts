import type { AnyActorRef, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { stateOf, type StateValue } from '../../model/states.ts';
import type { ActorRow } from '../../ports/actor-store.ts';

const ROOT = 'root';

/** The path of an actor's row. */
export function pathOf(ref: AnyActorRef): string {
  return ref._parent === undefined ? ROOT : ref.id;
}

/** The actor's own part of its snapshot: children are removed before it is serialized, they have their own rows. */
export function rowOf(ref: AnyActorRef | undefined): ActorRow | undefined {
  if (ref === undefined) return undefined;
  const { logic } = ref as AnyActorRef & { readonly logic: AnyStateMachine }; // only machines are live here
  const snapshot = ref.getSnapshot() as AnyMachineSnapshot; // of a machine
  const path = pathOf(ref);
  return {
    path,
    id: path,
    parent: path === ROOT ? null : ROOT,
    src: typeof ref.src === 'string' ? ref.src : ROOT,
    systemId: path,
    version: logic.version ?? '0',
    state: stateOf(snapshot.value as StateValue).state,
    snapshot: JSON.stringify(logic.getPersistedSnapshot({ ...snapshot, children: {} })),
  };
}
