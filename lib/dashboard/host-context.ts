import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { SnapshotFrom } from 'xstate';
import type { feedMachine } from './feed/machine.ts';
import type { Host } from './host.ts';
import type { World } from './world/world.ts';

/** The host of the page. */
export const HostContext = createContext<Host | null>(null);

/** The host of the page. Throws outside of it. */
export function useHost(): Host {
  const host = useContext(HostContext);
  if (host === null) throw new Error('There is no HostContext around this component.');
  return host;
}

/** A part of the world; `select` gives the same object as long as it has not changed. */
export function useWorld<T>(select: (world: World) => T): T {
  const { store } = useHost();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

/** A part of how the connection is; `select` gives the same value as long as that has not changed. */
export function useFeed<T>(select: (feed: SnapshotFrom<typeof feedMachine>) => T): T {
  const { feed } = useHost();
  const subscribe = useCallback(
    (watcher: () => void) => {
      const subscription = feed.subscribe(watcher);
      return () => {
        subscription.unsubscribe();
      };
    },
    [feed],
  );
  return useSyncExternalStore(subscribe, () => select(feed.getSnapshot()));
}
