/**
 * The connection to the host.
 *
 *   following.connecting     the stream of events is asked for
 *   following.reading        it is open: everything is read, and events wait until that is done
 *   following.live.settled   all that is shown is as the host last said
 *   following.live.gathering events have made views stale; a moment later they are read together
 *   following.live.refreshing they are being read
 *   following.reconnecting   the stream broke off; the client comes back by itself
 *   resting                  the host refused or could not be reached at all; after a while it is asked again
 *   signedOut.waiting        the host wants to know who asks; nothing of it is kept until somebody signs in
 *   signedOut.asking         it is asked whether it lets in now, for somebody may have signed in in another window
 *
 * The stream is there before anything is read, so nothing that happens in between is missed: an event that the reading knew already says
 * what is known, and one that it did not know is told after it (world.ts). A stream that lost events, or that a new host took up, leads to
 * another reading of everything.
 */
import { assign, fromCallback, fromPromise, setup } from 'xstate';
import type { EventView } from '../../api/schemas/event.ts';
import type { Client } from '../../client/client.ts';
import { isFresh, NOTHING_STALE, staleAfter } from '../world/stale.ts';
import type { Stale } from '../world/stale.ts';
import { EMPTY_WORLD, withEvent, withSnapshot, withViews } from '../world/world.ts';
import type { Snapshot, Views, World } from '../world/world.ts';
import { sentenceOf } from '../words/sentence.ts';
import { readSnapshot, readStale } from './read.ts';

/** What the feed works with. */
export interface FeedInput {
  readonly client: Pick<
    Client,
    'followEvents' | 'listAgents' | 'listServices' | 'getAgent' | 'getService' | 'getHealth' | 'getSession'
  >;
  readonly update: (change: (world: World) => World) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface FeedContext extends FeedInput {
  /** Events that wait until a reading is done. */
  readonly held: readonly EventView[];
  readonly stale: Stale;
  /** What is being read again. */
  readonly asked: Stale;
  /** Since when there is no connection; null: there is one, or it is the first. */
  readonly lostAt: number | null;
  /** Why there is none, as a sentence; null: nothing was said. */
  readonly problem: string | null;
}

type FeedEvent =
  | { readonly type: 'stream.opened' }
  | { readonly type: 'stream.lost' }
  | { readonly type: 'stream.event'; readonly event: EventView }
  /** Events are missing, or the journal is another one. */
  | { readonly type: 'stream.skipped' }
  | { readonly type: 'stream.failed'; readonly problem: string }
  /** The host does not let this browser in, or does no more. */
  | { readonly type: 'session.ended' }
  | { readonly type: 'session.begun' };

function isSnapshot(answer: Snapshot | Views): answer is Snapshot {
  return 'health' in answer;
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

const base = setup({
  types: {
    context: {} as FeedContext, // setup() takes types as values
    events: {} as FeedEvent,
    input: {} as FeedInput,
  },
  actors: {
    follow,
    askSession: fromPromise<unknown, FeedInput>(({ input, signal }) => input.client.getSession({ signal })),
    readEverything: fromPromise<Snapshot, FeedInput>(({ input, signal }) => readSnapshot(input.client, signal)),
    readStale: fromPromise<Snapshot | Views, FeedInput & { readonly asked: Stale }>(({ input, signal }) =>
      readStale(input.client, input.asked, signal),
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
    release: assign({ held: [] }),
    reset: assign({ held: [], stale: NOTHING_STALE, lostAt: null, problem: null }),
    ask: assign(({ context }) => ({ asked: context.stale, stale: NOTHING_STALE })),
    connect: assign({ lostAt: null, problem: null }),
    lose: assign(({ context }) => ({ lostAt: context.lostAt ?? context.now(), held: [], stale: NOTHING_STALE })),
    forget: ({ context }) => {
      context.update(() => EMPTY_WORLD);
    },
    blame: assign((_, { problem }: { readonly problem: string }) => ({ problem })),
  },
  guards: { isStale: ({ context }) => !isFresh(context.stale) },
  delays: { gather: 100, retry: 1_000, askAgain: 10_000 },
});

const problemIn = ({ event }: { event: { readonly error: unknown } }): { problem: string } => ({
  problem: sentenceOf(event.error),
});

/** The machine of the connection; its input says which host, and who is told of what. */
export const feedMachine = base.createMachine({
  id: 'feed',
  context: ({ input }) => ({
    ...input,
    held: [],
    stale: NOTHING_STALE,
    asked: NOTHING_STALE,
    lostAt: null,
    problem: null,
  }),
  initial: 'following',
  on: { 'session.ended': '.signedOut' },
  states: {
    following: {
      invoke: { src: 'follow', input: ({ context }) => context },
      initial: 'connecting',
      on: {
        'stream.failed': {
          target: 'resting',
          actions: ['lose', { type: 'blame', params: ({ event }) => ({ problem: event.problem }) }],
        },
        'stream.lost': { target: '.reconnecting', actions: 'lose' },
        'stream.opened': '.reading',
        'stream.skipped': { target: '.reading', reenter: true },
      },
      states: {
        connecting: {},
        reading: {
          invoke: {
            src: 'readEverything',
            input: ({ context }) => context,
            onDone: {
              target: 'live',
              actions: [{ type: 'show', params: ({ event }) => ({ answer: event.output }) }, 'release', 'connect'],
            },
            onError: { target: '#feed.resting', actions: ['lose', { type: 'blame', params: problemIn }] },
          },
          on: { 'stream.event': { actions: ['hold', 'mark'] } },
        },
        live: {
          initial: 'settled',
          on: { 'stream.event': { actions: ['fold', 'mark'] } },
          states: {
            settled: { always: { guard: 'isStale', target: 'gathering' } },
            gathering: { after: { gather: { target: 'refreshing', actions: 'ask' } } },
            refreshing: {
              invoke: {
                src: 'readStale',
                input: ({ context }) => context,
                onDone: {
                  target: 'settled',
                  actions: [{ type: 'show', params: ({ event }) => ({ answer: event.output }) }, 'release'],
                },
                onError: { target: '#feed.resting', actions: ['lose', { type: 'blame', params: problemIn }] },
              },
              // What was read may be older than what is told meanwhile.
              on: { 'stream.event': { actions: ['hold', 'mark'] } },
            },
          },
        },
        reconnecting: {},
      },
    },
    resting: { after: { retry: 'following' } },
    signedOut: {
      entry: ['forget', 'reset'],
      on: { 'session.begun': 'following' },
      initial: 'waiting',
      states: {
        waiting: { after: { askAgain: 'asking' } },
        asking: {
          invoke: {
            src: 'askSession',
            input: ({ context }) => context,
            onDone: '#feed.following',
            onError: 'waiting',
          },
        },
      },
    },
  },
});
