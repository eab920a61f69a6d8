/**
 * The output that the Logs view shows.
 *
 *   opening              the lines to begin with are being read: the newest, or those around a line
 *   resting              the host rejected that or was unreachable; it is tried again after a while
 *   shown.stream.live    the window ends with the newest output, and grows
 *   shown.stream.apart   newer output follows the window, which is only counted
 *   shown.view           whether the end of the window is in view, so that the newest lines are to stay there
 *   shown.paging         older or newer output is being read at an end of the window
 *   shown.connection     whether the stream of new output is open
 *
 * Both streams continue by themselves when the host is back (lib/client), from where they were; one that the host
 * rejects is requested again after a while. A window has a bounded number of rows: at the end in view it drops its
 * oldest ones; elsewhere, and when it grows upwards, its newest ones, after which it is apart.
 */
import { sentenceOf } from '../words/sentence.ts';
import type { LineAddress } from './source.ts';
import { EMPTY_WINDOW, endOf } from './window.ts';
import { logSetup } from './setup.ts';
import type { Followed } from './setup.ts';

const followedIn = ({ event }: { event: Followed }): Followed => event;
const lineIn = ({ event }: { event: { readonly line: LineAddress } }): { line: LineAddress } => event;
const problemIn = ({ event }: { event: { readonly error: unknown } }): { problem: string } => ({
  problem: sentenceOf(event.error),
});

/** The machine of the output that a Logs view shows; its input names the reader and the line to show. */
export const logMachine = logSetup.createMachine({
  id: 'log',
  context: ({ input }) => ({
    ...input,
    ...{ window: EMPTY_WINDOW, position: null, unread: 0, aim: { type: 'end' }, lostAt: null, problem: null },
  }),
  initial: 'opening',
  on: {
    'newest.wanted': { target: '.opening', actions: { type: 'target', params: { line: null } } },
    'line.wanted': { target: '.opening', actions: { type: 'target', params: lineIn } },
  },
  states: {
    opening: {
      invoke: {
        src: 'open',
        input: ({ context }) => context,
        onDone: [
          {
            guard: ({ context }) => context.line === null,
            target: 'shown',
            actions: { type: 'show', params: ({ event }) => ({ pages: event.output }) },
          },
          {
            target: ['shown.stream.apart', 'shown.view.away'],
            actions: { type: 'show', params: ({ event }) => ({ pages: event.output }) },
          },
        ],
        onError: { target: 'resting', actions: ['lose', { type: 'setProblem', params: problemIn }] },
      },
    },
    resting: { after: { retry: 'opening' } },
    shown: {
      type: 'parallel',
      on: {
        'line.wanted': {
          guard: { type: 'hasLine', params: lineIn },
          actions: { type: 'aimAtLine', params: lineIn },
        },
      },
      states: {
        stream: {
          initial: 'live',
          states: {
            live: {
              initial: 'following',
              on: {
                'window.cut': 'apart',
                'newest.wanted': { actions: 'aimAtEnd' },
                'view.atEnd': { actions: 'markRead' },
              },
              states: {
                following: {
                  invoke: {
                    src: 'follow',
                    input: ({ context }) => ({ reader: context.reader, after: endOf(context.window) }),
                  },
                  on: {
                    'stream.items': [
                      { guard: 'isAtEnd', actions: { type: 'addFollowed', params: followedIn } },
                      {
                        guard: 'isFull',
                        target: '#log.shown.stream.apart',
                        actions: { type: 'count', params: followedIn },
                      },
                      { actions: { type: 'addBelow', params: followedIn } },
                    ],
                    'stream.failed': 'resting',
                  },
                },
                resting: { after: { retry: 'following' } },
              },
            },
            apart: {
              initial: 'counting',
              on: { 'window.caughtUp': { target: 'live', actions: 'markRead' } },
              states: {
                counting: {
                  invoke: {
                    src: 'follow',
                    input: ({ context }) => ({ reader: context.reader, after: context.position }),
                  },
                  on: {
                    'stream.items': { actions: { type: 'count', params: followedIn } },
                    'stream.failed': 'resting',
                  },
                },
                resting: { after: { retry: 'counting' } },
              },
            },
          },
        },
        view: {
          initial: 'atEnd',
          states: {
            atEnd: { id: 'view-at-end', on: { 'view.away': 'away' } },
            away: { on: { 'view.atEnd': 'atEnd' } },
          },
        },
        paging: {
          initial: 'idle',
          states: {
            idle: {
              on: {
                'older.wanted': { guard: 'hasOlder', target: 'older' },
                'newer.wanted': { guard: 'isApart', target: 'newer' },
              },
            },
            older: {
              invoke: {
                src: 'readOlder',
                input: ({ context }) => context,
                onDone: {
                  target: 'idle',
                  actions: { type: 'addOlder', params: ({ event }) => ({ page: event.output }) },
                },
                onError: { target: 'resting', actions: { type: 'setProblem', params: problemIn } },
              },
            },
            newer: {
              invoke: {
                src: 'readNewer',
                input: ({ context }) => context,
                onDone: {
                  target: 'idle',
                  actions: { type: 'addNewer', params: ({ event }) => ({ page: event.output }) },
                },
                onError: { target: 'resting', actions: { type: 'setProblem', params: problemIn } },
              },
            },
            resting: { after: { retry: 'idle' } },
          },
        },
        connection: {
          initial: 'open',
          states: {
            open: {
              on: {
                'stream.lost': { target: 'lost', actions: 'lose' },
                'stream.failed': {
                  target: 'lost',
                  actions: ['lose', { type: 'setProblem', params: ({ event }) => ({ problem: event.problem }) }],
                },
              },
            },
            lost: { on: { 'stream.opened': { target: 'open', actions: 'connect' } } },
          },
        },
      },
    },
  },
});
