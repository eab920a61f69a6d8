import { assign, enqueueActions, fromPromise, setup, stateIn } from 'xstate';
import type { LineAddress } from './source.ts';
import type { LogItem } from './row.ts';
import { endOf, indexOfLine, MAX_ROWS, startOf, withFollowed, withNewer, withOlder } from './window.ts';
import { EMPTY_WINDOW, withoutNewest, withoutOldest } from './window.ts';
import type { LogPage, LogWindow } from './window.ts';
import { follow } from './follow.ts';
import type { StreamEvent } from './follow.ts';
import { FROM_NOW, PAGE_LINES } from './reader.ts';
import type { LogReader } from './reader.ts';

/** What a log view begins with. */
export interface LogInput {
  readonly reader: LogReader;
  /** The line to show; null: the newest. */
  readonly line: LineAddress | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the view is to scroll to; each is a new object. */
export type Aim = { readonly type: 'end' } | { readonly type: 'line'; readonly line: LineAddress };

interface LogContext extends LogInput {
  readonly window: LogWindow;
  /** Where the stream of new output is; FROM_NOW: it begins with what is new. */
  readonly position: string | null;
  /** New lines below the view. */
  readonly unread: number;
  readonly aim: Aim;
  /** Since when there is no connection; null: there is, or none was needed yet. */
  readonly lostAt: number | null;
  readonly problem: string | null;
}

export type LogEvent =
  | StreamEvent
  /** The end of the window has come into view. */
  | { readonly type: 'view.atEnd' }
  | { readonly type: 'view.away' }
  | { readonly type: 'older.wanted' }
  | { readonly type: 'newer.wanted' }
  | { readonly type: 'newest.wanted' }
  | { readonly type: 'line.wanted'; readonly line: LineAddress }
  /** The window no longer ends with the newest output. */
  | { readonly type: 'window.cut' }
  /** The window again ends with the newest output. */
  | { readonly type: 'window.caughtUp' };

/** The actors, actions, guards and delays of the machine (machine.ts). */
export const logSetup = setup({
  types: {
    context: {} as LogContext, // setup() takes types as values
    events: {} as LogEvent,
    input: {} as LogInput,
  },
  actors: {
    follow,
    open: fromPromise<readonly LogPage[], LogContext>(({ input: { reader, line }, signal }) =>
      line === null ? reader.newest(signal) : reader.around(line, signal),
    ),
    readOlder: fromPromise<LogPage, LogContext>(({ input: { reader, window }, signal }) =>
      reader.older(startOf(window) ?? '', signal),
    ),
    readNewer: fromPromise<LogPage, LogContext>(({ input: { reader, window }, signal }) =>
      reader.newer(endOf(window), signal),
    ),
  },
  actions: {
    show: assign(({ context: { line } }, { pages }: { readonly pages: readonly LogPage[] }) => {
      const window = pages.reduce(withNewer, EMPTY_WINDOW);
      const aim: Aim = line === null ? { type: 'end' } : { type: 'line', line };
      return {
        window,
        aim,
        unread: 0,
        lostAt: null,
        problem: null,
        position: line === null ? endOf(window) : FROM_NOW,
      };
    }),
    addOlder: enqueueActions(({ context, enqueue }, { page }: { readonly page: LogPage }) => {
      const longer = withOlder(context.window, page);
      const window = withoutNewest(longer);
      enqueue.assign({ window, problem: null });
      if (window !== longer) enqueue.raise({ type: 'window.cut' });
    }),
    addNewer: enqueueActions(({ context, enqueue }, { page }: { readonly page: LogPage }) => {
      const window = withoutOldest(withNewer(context.window, page));
      enqueue.assign({ window, problem: null });
      if (page.items.length >= PAGE_LINES) return;
      enqueue.assign({ position: endOf(window) });
      enqueue.raise({ type: 'window.caughtUp' });
    }),
    addFollowed: assign(({ context: { window } }, { items, position }: Followed) => ({
      window: withoutOldest(withFollowed(window, items, position)),
      position,
      unread: 0,
    })),
    addBelow: assign(({ context: { window, unread } }, { items, position }: Followed) => ({
      ...{ window: withFollowed(window, items, position), position },
      unread: unread + items.length,
    })),
    count: assign(({ context: { unread } }, { items, position }: Followed) => ({
      ...{ position, unread: unread + items.length },
    })),
    connect: assign({ lostAt: null, problem: null }),
    lose: assign(({ context: { lostAt, now } }) => ({ lostAt: lostAt ?? now() })),
    setProblem: assign((_, { problem }: { readonly problem: string }) => ({ problem })),
    markRead: assign({ unread: 0 }),
    aimAtEnd: assign({ aim: () => ({ type: 'end' as const }) }),
    aimAtLine: assign({ aim: (_, { line }: { readonly line: LineAddress }) => ({ type: 'line' as const, line }) }),
    target: assign({ line: (_, { line }: { readonly line: LineAddress | null }) => line }),
  },
  guards: {
    hasOlder: ({ context: { window } }) => startOf(window) !== null,
    isFull: ({ context: { window } }) => window.rows.length >= MAX_ROWS,
    isAtEnd: stateIn('#view-at-end'),
    isApart: stateIn({ shown: { stream: 'apart' } }),
    hasLine: ({ context: { window } }, { line }: { readonly line: LineAddress }) => indexOfLine(window, line) !== -1,
  },
  delays: { retry: 1_000 },
});

/** Output that was followed, and where it ends. */
export interface Followed {
  readonly items: readonly LogItem[];
  readonly position: string | null;
}

/** What the view can tell the machine. */
export type ViewEvent = Exclude<LogEvent, StreamEvent | { readonly type: 'window.cut' | 'window.caughtUp' }>;
