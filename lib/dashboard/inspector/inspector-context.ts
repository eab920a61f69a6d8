import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { ActorRefFrom, SnapshotFrom } from 'xstate';
import type { Client } from '../../client/client.ts';
import type { inspectorMachine } from './feed/machine.ts';
import type { ActorState, Tape } from './model/tape.ts';

/** The shared objects of the inspector page. */
export interface Inspector {
  readonly client: Client;
  readonly actor: ActorRefFrom<typeof inspectorMachine>;
}

export const InspectorContext = createContext<Inspector | null>(null);

/** The inspector of the page. Throws outside an InspectorContext. */
export function useInspector(): Inspector {
  const inspector = useContext(InspectorContext);
  if (inspector === null) throw new Error('useInspector must be used inside an InspectorContext.');
  return inspector;
}

/** The state of the page. */
export type InspectorSnapshot = SnapshotFrom<typeof inspectorMachine>;

/** A part of the state of the page; `select` must return the same value while it has not changed. */
export function useInspection<T>(select: (snapshot: InspectorSnapshot) => T): T {
  const { actor } = useInspector();
  const subscribe = useCallback(
    (watcher: () => void) => {
      const subscription = actor.subscribe(watcher);
      return () => {
        subscription.unsubscribe();
      };
    },
    [actor],
  );
  return useSyncExternalStore(subscribe, () => select(actor.getSnapshot()));
}

/** The tape, whose version changes with everything on it. The component is rendered again with every change. */
export function useTape(): { readonly tape: Tape; readonly version: number } {
  const tape = useInspection(({ context }) => context.tape);
  const version = useInspection(({ context }) => context.version);
  return { tape, version };
}

/** The state of an actor at the shown moment; null: unknown. The component is rendered again only when it changes. */
export function useActorState(id: string): ActorState | null {
  return useInspection(({ context: { tape, moment } }) => tape.stateAt(id, moment ?? tape.end));
}

/** Whether the host is away; a recording needs none. */
export function useIsAway(): boolean {
  return useInspection(({ context }) => context.recording === null && context.lostAt !== null);
}
