import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import { createActor } from 'xstate';
import type { Actor, AnyActorLogic, SnapshotFrom } from 'xstate';
import { useHost } from '../../../host-context.ts';
import { logMachine } from '../../../../frontend/logs/machine.ts';
import { logReader } from '../../../../frontend/logs/reader.ts';
import { searchMachine } from '../../../../frontend/logs/search-machine.ts';
import type { LineAddress, LogSource } from '../../../../frontend/logs/source.ts';

function useSnapshot<Logic extends AnyActorLogic>(actor: Actor<Logic>): SnapshotFrom<Logic> {
  const subscribe = useCallback(
    (watcher: () => void) => {
      const subscription = actor.subscribe(watcher);
      return () => {
        subscription.unsubscribe();
      };
    },
    [actor],
  );
  return useSyncExternalStore(subscribe, () => actor.getSnapshot());
}

/** The machines of a Logs view and their states. */
export interface LogMachines {
  readonly log: SnapshotFrom<typeof logMachine>;
  readonly search: SnapshotFrom<typeof searchMachine>;
  readonly logActor: Actor<typeof logMachine>;
  readonly searchActor: Actor<typeof searchMachine>;
}

/** Reads the output of a source, and searches it, until the source changes or the view is closed. */
export function useMachines(source: LogSource, line: LineAddress | null): LogMachines {
  const { client } = useHost();
  const [logActor, searchActor] = useMemo(() => {
    const reader = logReader(client, source);
    const input = { reader, line, now: Date.now };
    return [createActor(logMachine, { input }), createActor(searchMachine, { input: { reader } })] as const;
    // Another line of the same output is an event, not a new machine.
  }, [client, source]);
  useEffect(() => {
    logActor.start();
    searchActor.start();
    return () => {
      logActor.stop();
      searchActor.stop();
    };
  }, [logActor, searchActor]);
  return { log: useSnapshot(logActor), search: useSnapshot(searchActor), logActor, searchActor };
}
