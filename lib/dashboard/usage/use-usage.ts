import { useCallback, useEffect, useSyncExternalStore } from 'react';
import type { SnapshotFrom } from 'xstate';
import { useHost } from '../host-context.ts';
import type { usageMachine } from './machine.ts';

/** The resource usage of the last minutes; it is polled while a component uses this. */
export function useUsage(): SnapshotFrom<typeof usageMachine>['context'] {
  const { usage } = useHost();
  useEffect(() => {
    usage.send({ type: 'usage.watch' });
    return () => {
      usage.send({ type: 'usage.unwatch' });
    };
  }, [usage]);
  const subscribe = useCallback(
    (watcher: () => void) => {
      const subscription = usage.subscribe(watcher);
      return () => {
        subscription.unsubscribe();
      };
    },
    [usage],
  );
  return useSyncExternalStore(subscribe, () => usage.getSnapshot().context);
}
