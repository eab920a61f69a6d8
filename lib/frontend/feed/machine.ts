/**
 * The connection to the host.
 *
 *   following.connecting      the stream of events has been requested
 *   following.reading         the stream is open: everything is being read, and events are held back until that is done
 *   following.live.settled    everything shown is up to date; after a while that is checked
 *   following.live.gathering  events have made views stale; shortly afterwards these are read together
 *   following.live.refreshing stale views, the health, and what changes without an event are being read
 *   following.reconnecting    the stream was interrupted; the client reconnects by itself
 *   resting                   the host rejected a request, did not answer or was unreachable; retry after a while
 *   signedOut.waiting         the host requires a sign-in; no data is kept until then
 *   signedOut.checking        checks whether the browser has access now, because of a sign-in in another window
 *
 * The stream is opened before anything is read, so no change in between is missed: an event that the response already
 * includes changes nothing, and a newer one is applied after it (world.ts). After a gap in the stream, or after a new
 * host has taken it over, everything is read again.
 */
import { assign, emit, fromCallback, fromPromise, setup } from 'xstate';
import type { EventView } from '../../api/schemas/event.ts';
import type { Client } from '../../client/client.ts';
import { isFresh, NOTHING_STALE, staleAfter, staleWithTime } from '../world/stale.ts';
import type { Stale } from '../world/stale.ts';
import { EMPTY_WORLD, withEvent, withSnapshot, withViews } from '../world/world.ts';
import type { Snapshot, Views, World } from '../world/world.ts';
import { sentenceOf } from '../words/sentence.ts';
import { readSnapshot, readStale } from './read.ts';

/** The dependencies of the feed. */
export interface FeedInput {
  readonly client: Pick<
    Client,
    'followEvents' | 'listAgents' | 'listServices' | 'getAgent' | 'getService' | 'getHealth' | 'getSession'
  >;
  readonly world: () => World;
  readonly update: (change: (world: World) => World) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** `rejected`: by the host. `signed out`: by the user of this page. */
export type SessionEnd = 'rejected' | 'signed out';

interface FeedContext extends FeedInput {
  /** Events that are held back until a request is done. */
  readonly held: readonly EventView[];
  readonly stale: Stale;
  /** The views that are being read again. */
  readonly refreshing: Stale;
  /** When what changes without an event was last read. */
  readonly checkedAt: number;
  /** When the host last said something: what is shown is at least as new as that. */
  readonly heardAt: number;
  /** Since when what is shown may be outdated; null: it is not, or nothing was read yet. */
  readonly lostAt: number | null;
  /** Why the session ended. */
  readonly ending: SessionEnd;
  /** Why there is none, as a sentence; null: unknown. */
  readonly problem: string | null;
}

type FeedEvent =
  | { readonly type: 'stream.opened' }
  | { readonly type: 'stream.lost' }
  | { readonly type: 'stream.event'; readonly event: EventView }
  /** Events are missing, or the journal is another one. */
  | { readonly type: 'stream.skipped' }
  | { readonly type: 'stream.failed'; readonly problem: string }
  /** The host no longer admits this browser, or never did. */
  | { readonly type: 'session.ended'; readonly ending: SessionEnd }
  | { readonly type: 'session.started' };

function isSnapshot(answer: Snapshot | Views): answer is Snapshot {
  return 'session' in answer;
}

const follow = fromCallback<FeedEvent, FeedInput>(({ input: { client }, sendBack }) => {
  const leave = new AbortController();
  const onConnection = (now: 'open' | 'lost'): void => {
    sendBack({ type: now === 'open' ? 'stream.opened' : 'stream.lost' });
  };
  const read = async (): Promise<void> => {
    for await (const item of client.followEvents({ signal: leave.signal, onConnection })) {
      sendBack(item.type === 'event' ? { type: 'stream.event', event: item.event } : { type: 'stream.skipped' });
    }
  };
  read().catch((error: unknown) => {
    if (!leave.signal.aborted) sendBack({ type: 'stream.failed', problem: sentenceOf(error) });
  });
  return () => {
    leave.abort();
  };
});

const CHECK_MS = 5_000;

/** A refresh that includes what changes without an event. */
function checked({ stale, world, now }: FeedContext): Pick<FeedContext, 'refreshing' | 'stale' | 'checkedAt'> {
  return { refreshing: staleWithTime(stale, world()), stale: NOTHING_STALE, checkedAt: now() };
}

const base = setup({
  types: {
    context: {} as FeedContext, // setup() takes types as values
    events: {} as FeedEvent,
    input: {} as FeedInput,
    /** For views of the past: something happened. */
    emitted: {} as { readonly type: 'journal.grew' },
  },
  actors: {
    follow,
    checkSession: fromPromise<unknown, FeedInput>(({ input, signal }) => input.client.getSession({ signal })),
    readEverything: fromPromise<Snapshot, FeedInput>(({ input, signal }) => readSnapshot(input.client, signal)),
    readStale: fromPromise<Snapshot | Views, FeedInput & { readonly refreshing: Stale }>(({ input, signal }) =>
      readStale(input.client, input.refreshing, input.world().health, signal),
    ),
  },
  actions: {
    hold: assign({
      held: ({ context, event }) => (event.type === 'stream.event' ? [...context.held, event.event] : context.held),
    }),
    mark: assign({
      stale: ({ context, event }) =>
        event.type === 'stream.event' ? staleAfter(context.stale, event.event) : context.stale,
    }),
    fold: ({ context, event }) => {
      if (event.type === 'stream.event') context.update((world) => withEvent(world, event.event));
    },
    show: ({ context }, { answer }: { readonly answer: Snapshot | Views }) => {
      context.update((world) => {
        const read = isSnapshot(answer) ? withSnapshot(world, answer) : withViews(world, answer);
        return context.held.reduce(withEvent, read);
      });
    },
    announce: emit({ type: 'journal.grew' }),
    release: assign({ held: [] }),
    reset: assign({ held: [], stale: NOTHING_STALE, lostAt: null, problem: null }),
    startRefresh: assign(({ context }) => {
      // Where events come all the time, nothing is ever settled for long enough to be checked.
      const isDue = context.now() - context.checkedAt >= CHECK_MS;
      return isDue ? checked(context) : { refreshing: context.stale, stale: NOTHING_STALE };
    }),
    startCheck: assign(({ context }) => checked(context)),
    connect: assign({ lostAt: null, problem: null }),
    hear: assign({ heardAt: ({ context }) => context.now() }),
    lose: assign(({ context }) => ({ lostAt: context.lostAt ?? context.now(), held: [], stale: NOTHING_STALE })),
    loseSilent: assign(({ context }) => ({
      ...{ lostAt: context.lostAt ?? context.heardAt, held: [], stale: NOTHING_STALE },
      problem: 'The host accepts connections, but has not answered for 10 s.',
    })),
    forget: ({ context }) => {
      context.update(() => EMPTY_WORLD);
    },
    setProblem: assign((_, { problem }: { readonly problem: string }) => ({ problem })),
  },
  guards: { isStale: ({ context }) => !isFresh(context.stale) },
  delays: { gather: 100, check: CHECK_MS, silence: 10_000, retry: 1_000, checkAgain: 10_000 },
});

/** A host that is frozen, or cut off, breaks no connection: it only stops answering. */
const onSilence = { silence: { target: '#feed.resting', actions: 'loseSilent' } } as const;

const problemIn = ({ event }: { event: { readonly error: unknown } }): { problem: string } => ({
  problem: sentenceOf(event.error),
});

/** The machine of the connection to a host; its input names the client and receives the updates. */
export const feedMachine = base.createMachine({
  id: 'feed',
  context: ({ input }) => ({
    ...input,
    held: [],
    stale: NOTHING_STALE,
    refreshing: NOTHING_STALE,
    checkedAt: input.now(),
    heardAt: input.now(),
    lostAt: null,
    problem: null,
    ending: 'rejected',
  }),
  initial: 'following',
  on: { 'session.ended': { target: '.signedOut', actions: assign({ ending: ({ event }) => event.ending }) } },
  states: {
    following: {
      invoke: { src: 'follow', input: ({ context }) => context },
      initial: 'connecting',
      on: {
        'stream.failed': {
          target: 'resting',
          actions: ['lose', { type: 'setProblem', params: ({ event }) => ({ problem: event.problem }) }],
        },
        'stream.lost': { target: '.reconnecting', actions: 'lose' },
        'stream.opened': '.reading',
        'stream.skipped': { target: '.reading', reenter: true },
      },
      states: {
        connecting: {},
        reading: {
          after: onSilence,
          invoke: {
            src: 'readEverything',
            input: ({ context }) => context,
            onDone: {
              target: 'live',
              actions: [
                { type: 'show', params: ({ event }) => ({ answer: event.output }) },
                ...(['release', 'connect', 'hear'] as const),
              ],
            },
            onError: { target: '#feed.resting', actions: ['lose', { type: 'setProblem', params: problemIn }] },
          },
          on: { 'stream.event': { actions: ['hold', 'mark', 'announce'] } },
        },
        live: {
          initial: 'settled',
          on: { 'stream.event': { actions: ['fold', 'mark', 'announce'] } },
          states: {
            settled: {
              always: { guard: 'isStale', target: 'gathering' },
              after: { check: { target: 'refreshing', actions: 'startCheck' } },
            },
            gathering: { after: { gather: { target: 'refreshing', actions: 'startRefresh' } } },
            refreshing: {
              after: onSilence,
              invoke: {
                src: 'readStale',
                input: ({ context }) => context,
                onDone: {
                  target: 'settled',
                  actions: [{ type: 'show', params: ({ event }) => ({ answer: event.output }) }, 'release', 'hear'],
                },
                onError: { target: '#feed.resting', actions: ['lose', { type: 'setProblem', params: problemIn }] },
              },
              // The response may be older than events that arrive in the meantime.
              on: { 'stream.event': { actions: ['hold', 'mark', 'announce'] } },
            },
          },
        },
        reconnecting: {},
      },
    },
    resting: { after: { retry: 'following' } },
    signedOut: {
      entry: ['forget', 'reset'],
      on: { 'session.started': 'following' },
      initial: 'waiting',
      states: {
        waiting: { after: { checkAgain: 'checking' } },
        checking: {
          invoke: {
            src: 'checkSession',
            input: ({ context }) => context,
            onDone: '#feed.following',
            onError: 'waiting',
          },
        },
      },
    },
  },
});
