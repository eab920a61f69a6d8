import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { createActor } from 'xstate';
import type { Actor, SnapshotFrom } from 'xstate';
import { useHost, useStaleSince } from '../../host-context.ts';
import { replaceHash, useHash } from '../../route.ts';
import { timelineMachine } from '../machine.ts';
import { formatTimelineAddress, parseTimelineAddress } from '../model/address.ts';
import type { TimelineAddress } from '../model/address.ts';
import { spanOf } from '../model/period.ts';

export type TimelineActor = Actor<typeof timelineMachine>;

/** A part of the state of a timeline; `select` must return the same value while it has not changed. */
export function useTimelinePart<T>(actor: TimelineActor, select: (now: SnapshotFrom<typeof timelineMachine>) => T): T {
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

/** Changes what the address says of a timeline; by default with an entry in the history of the browser. */
export type ChangeAddress = (changed: Partial<TimelineAddress>, how?: 'replaced') => void;

/** What the address says of a timeline, and how to change it. */
export function useTimelineAddress(path: string): readonly [TimelineAddress, ChangeAddress] {
  const hash = useHash();
  const address = useMemo(() => parseTimelineAddress(hash), [hash]);
  const change = useCallback<ChangeAddress>(
    (changed, how) => {
      const next = formatTimelineAddress(path, { ...parseTimelineAddress(window.location.hash), ...changed });
      if (how === 'replaced') replaceHash(next);
      else window.location.hash = next;
    },
    [path],
  );
  return [address, change];
}

function viewIn(hash: string): string {
  return JSON.stringify(parseTimelineAddress(hash).view);
}

/**
 * A timeline of some services, or of all, which is read while a component uses this. It begins with what the address
 * says, and the address follows it.
 */
export function useTimeline(ids: readonly string[] | null, path: string): TimelineActor {
  const { client, feed } = useHost();
  const isStale = useStaleSince() !== null;
  const key = ids?.join(',') ?? null;
  const actor = useMemo(() => {
    const { view } = parseTimelineAddress(window.location.hash);
    const isConnected = (): boolean => feed.getSnapshot().context.lostAt === null;
    const input = { client, ids: key?.split(',') ?? null, start: view, now: Date.now, isConnected };
    return createActor(timelineMachine, { input });
  }, [client, feed, key]);
  /** What the address says of the view if nobody else has changed it. */
  const own = useRef(viewIn(window.location.hash));
  const hash = useHash();
  useEffect(() => {
    const there = viewIn(hash);
    if (there === own.current) return;
    own.current = there;
    const { view } = parseTimelineAddress(hash);
    if (view === null) actor.send({ type: 'view.reset' });
    else actor.send(typeof view === 'number' ? { type: 'view.followed', spanMs: view } : { type: 'view.moved', view });
  }, [actor, hash]);
  useEffect(() => {
    const settled = actor.on('view.settled', ({ view, isFollowing }) => {
      const before = parseTimelineAddress(window.location.hash);
      const next = formatTimelineAddress(path, { ...before, view: isFollowing ? spanOf(view) : view });
      own.current = viewIn(next);
      replaceHash(next);
    });
    const grown = feed.on('journal.grew', (event) => {
      actor.send(event);
    });
    actor.start();
    return () => {
      settled.unsubscribe();
      grown.unsubscribe();
      actor.stop();
    };
  }, [actor, feed, path]);
  const wasStale = useRef(isStale);
  useEffect(() => {
    if (wasStale.current && !isStale) actor.send({ type: 'host.returned' });
    wasStale.current = isStale;
  }, [actor, isStale]);
  return actor;
}
