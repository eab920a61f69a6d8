/**
 * What a timeline shows, and what it has read for that.
 *
 *   view.fitting     ends now; its length is chosen when it is known how much is stored
 *   view.following   ends now, and moves with the time
 *   view.fixed       stays where it is
 *   motion.still     the view is in the address
 *   motion.moving    the view changes from frame to frame; when it has come to rest, it is shown in words
 *   data.loading     the host is asked for the view with room on both sides
 *   data.fresh       what was read covers the view, until it is moved too far or something happens
 *   data.stale       something has happened; shortly afterwards it is read again, together with what else happens until then
 *   data.resting     the host rejected that or was unreachable; it is tried again after a while
 *
 * Frames are drawn from `view`; everything else on the page shows `settled`.
 */
import { assign, emit, fromPromise, setup, stateIn } from 'xstate';
import type { Client } from '../../client/client.ts';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { lanesOf } from './model/lanes.ts';
import type { Lanes } from './model/lanes.ts';
import { covers, extentOf, fittingSpan, lastPeriod, LONGEST_DEFAULT_MS, moved, spanOf } from './model/period.ts';
import type { Period } from './model/period.ts';

/** What a timeline begins with. */
export interface TimelineInput {
  readonly client: Pick<Client, 'getTimeline'>;
  /** Null: all services. */
  readonly ids: readonly string[] | null;
  /** A period, or the length of one that ends now; null: one that fits what is stored. */
  readonly start: Period | number | null;
  /** Whether the host announces what happens. */
  readonly isConnected: () => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface TimelineContext extends TimelineInput {
  readonly view: Period;
  readonly settled: Period;
  readonly lanes: Lanes | null;
  /** What was asked for; null: nothing yet. */
  readonly asked: Asked | null;
  /** How long the last answer took. */
  readonly tookMs: number;
  readonly problem: string | null;
}

type TimelineEvent =
  | { readonly type: 'view.moved'; readonly view: Period }
  /** The last part that fits what is stored, from now on. */
  | { readonly type: 'view.reset' }
  /** The last part of this length, from now on. */
  | { readonly type: 'view.followed'; readonly spanMs: number }
  /** Something has happened on the host. */
  | { readonly type: 'journal.grew' }
  /** What was read may be outdated, or incomplete. */
  | { readonly type: 'host.returned' };

/** The most services that the host is asked for by name. */
const MOST_NAMED = 100;
/** The host condenses what is nearer than about half a pixel. */
const PARTS_OF_VIEW = 2_000;
/** Detail that is coarser than the view needs by more than this factor is read again. */
const TOO_COARSE = 2.5;
/** The host is busy for at most this part of the time with answers to a page. */
const SHARE = 10;

interface Asked {
  readonly extent: Period;
  readonly resolutionMs: number;
}

interface Loaded {
  readonly lanes: Lanes;
  readonly asked: Asked;
  readonly tookMs: number;
}

function resolutionOf(view: Period): number {
  return Math.min(86_400_000, Math.max(1, Math.round(spanOf(view) / PARTS_OF_VIEW)));
}

async function load({ client, ids, view, now }: TimelineContext, signal: AbortSignal): Promise<Loaded> {
  const begun = now();
  const asked = { extent: extentOf(view, begun), resolutionMs: resolutionOf(view) };
  const answer = await client.getTimeline({
    query: {
      since: new Date(asked.extent.from).toISOString(),
      until: new Date(asked.extent.to).toISOString(),
      resolution_ms: asked.resolutionMs,
      ...(ids === null || ids.length > MOST_NAMED ? {} : { service_id: ids.join(',') }),
    },
    signal,
  });
  return { lanes: lanesOf(answer), asked, tookMs: now() - begun };
}

/** Whether what was asked for is not enough for the view. */
function isShort({ lanes, asked, view, now }: TimelineContext): boolean {
  if (asked === null) return true;
  // Where it reaches the present, what happens later is announced.
  const known = { from: asked.extent.from, to: lanes?.reachesNow === true ? Infinity : asked.extent.to };
  return !covers(known, view, now()) || asked.resolutionMs > TOO_COARSE * resolutionOf(view);
}

const timeline = setup({
  types: {
    context: {} as TimelineContext, // setup() takes types as values
    events: {} as TimelineEvent,
    input: {} as TimelineInput,
    emitted: {} as { readonly type: 'view.settled'; readonly view: Period; readonly isFollowing: boolean },
  },
  actors: { load: fromPromise<Loaded, TimelineContext>(({ input, signal }) => load(input, signal)) },
  actions: {
    move: assign((_, { view }: { readonly view: Period }) => ({ view })),
    follow: assign(({ context: { now } }, { spanMs }: { readonly spanMs: number }) => ({
      view: lastPeriod(spanMs, now()),
    })),
    fit: assign(({ context: { lanes, now } }) => {
      const view = lastPeriod(fittingSpan(lanes?.storedSince ?? null, now()), now());
      return { view, settled: view };
    }),
    keepUp: assign(({ context: { view, now, lanes, isConnected } }) => ({
      view: moved(view, now() - view.to),
      // Where nothing is announced, nothing has changed.
      lanes: lanes?.reachesNow === true && isConnected() ? { ...lanes, extent: { ...lanes.extent, to: now() } } : lanes,
    })),
    settle: assign(({ context: { view } }) => ({ settled: view })),
    show: assign((_, { loaded }: { readonly loaded: Loaded }) => ({ ...loaded, problem: null })),
    setProblem: assign((_, { error }: { readonly error: unknown }) => ({ problem: sentenceOf(error) })),
    announce: emit(({ context: { view } }, { isFollowing }: { readonly isFollowing: boolean }) => ({
      ...{ type: 'view.settled' as const, view, isFollowing },
    })),
  },
  guards: {
    isShort: ({ context }) => isShort(context),
    isShown: ({ context: { view, now } }) => view.to >= now() - spanOf(view),
    isFollowing: stateIn({ view: 'following' }),
  },
  delays: {
    settle: 200,
    step: ({ context: { view } }) => Math.min(60_000, Math.max(1_000, spanOf(view) / 1_000)),
    gather: ({ context: { tookMs } }) => Math.max(1_000, tookMs * SHARE),
    retry: 1_000,
  },
});

/** The machine of a timeline. */
export const timelineMachine = timeline.createMachine({
  id: 'timeline',
  context: ({ input }) => {
    const { start, now } = input;
    const view = start === null || typeof start === 'number' ? lastPeriod(start ?? LONGEST_DEFAULT_MS, now()) : start;
    return { ...input, view, settled: view, lanes: null, asked: null, tookMs: 0, problem: null };
  },
  type: 'parallel',
  states: {
    view: {
      initial: 'choosing',
      on: {
        'view.moved': {
          target: '.fixed',
          actions: { type: 'move', params: ({ event }) => ({ view: event.view }) },
        },
        'view.reset': '.fitting',
        'view.followed': {
          target: '.following',
          actions: { type: 'follow', params: ({ event }) => ({ spanMs: event.spanMs }) },
        },
      },
      states: {
        choosing: {
          always: [
            { guard: ({ context: { start } }) => start === null, target: 'fitting' },
            { guard: ({ context: { start } }) => typeof start === 'number', target: 'following' },
            { target: 'fixed' },
          ],
        },
        fitting: { always: { guard: ({ context: { lanes } }) => lanes !== null, target: 'following', actions: 'fit' } },
        following: { after: { step: { target: 'following', reenter: true, actions: ['keepUp', 'settle'] } } },
        fixed: {},
      },
    },
    motion: {
      initial: 'still',
      on: { 'view.moved': '.moving', 'view.followed': '.moving' },
      states: {
        still: {},
        moving: {
          after: {
            settle: [
              {
                guard: 'isFollowing',
                target: 'still',
                actions: ['settle', { type: 'announce', params: { isFollowing: true } }],
              },
              { target: 'still', actions: ['settle', { type: 'announce', params: { isFollowing: false } }] },
            ],
          },
        },
      },
    },
    data: {
      initial: 'loading',
      states: {
        loading: {
          invoke: {
            src: 'load',
            input: ({ context }) => context,
            onDone: { target: 'fresh', actions: { type: 'show', params: ({ event }) => ({ loaded: event.output }) } },
            onError: {
              target: 'resting',
              actions: { type: 'setProblem', params: ({ event }) => ({ error: event.error }) },
            },
          },
        },
        fresh: {
          always: { guard: 'isShort', target: 'stale.soon' },
          on: {
            'journal.grew': { guard: 'isShown', target: 'stale' },
            'host.returned': 'loading',
          },
        },
        stale: {
          initial: 'gathering',
          on: { 'host.returned': 'loading' },
          states: {
            gathering: {
              always: { guard: 'isShort', target: 'soon' },
              after: { gather: '#timeline.data.loading' },
            },
            // Not in the middle of a movement, in which each frame asks for something else.
            soon: { after: { settle: '#timeline.data.loading' } },
          },
        },
        resting: { after: { retry: 'loading' } },
      },
    },
  },
});
