import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { SnapshotFrom } from 'xstate';
import type { feedMachine } from '../frontend/feed/machine.ts';
import type { Host } from './host.ts';
import type { World } from '../frontend/world/world.ts';

/** The host of the page. */
export const HostContext = createContext<Host | null>(null);

/** The host of the page. Throws outside a HostContext. */
export function useHost(): Host {
  const host = useContext(HostContext);
  if (host === null) throw new Error('useHost must be used inside a HostContext.');
  return host;
}

/** A part of the world; `select` must return the same object while it has not changed. */
export function useWorld<T>(select: (world: World) => T): T {
  const { store } = useHost();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

/** Since when what the page shows may be outdated, because there is no connection to the host; null: it is up to date. */
export function useStaleSince(): number | null {
  return useFeed((feed) => feed.context.lostAt);
}

/** A part of the connection state; `select` must return the same value while it has not changed. */
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
