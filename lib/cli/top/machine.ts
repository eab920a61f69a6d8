/**
 * The screen of `coredinator top`.
 *
 *   open.feed                the connection to the host, and what is known of it (lib/frontend/feed)
 *   open.usage               the resource usage is being read, or waits for the next time
 *   open.clock               durations count, while there is a connection
 *   open.view.list           the services; their filter is typed, or the states that it selects are chosen
 *   open.view.details        why the chosen service is in its state: being read, or shown for a while
 *   open.view.logs           its output: followed, scrolled, or searched for what is typed
 *   open.dialog.closed       keys are for the view
 *   open.dialog.help         the keys are shown
 *   open.dialog.confirming   a command waits for a confirmation
 *   open.dialog.noting       the note of an acknowledgement is typed
 *   open.dialog.sending      a command is under way; keys are for the view, and no other command is taken
 *   open.dialog.acknowledging  likewise
 *   closed, interrupted      the user has left, by a key or by Ctrl-C
 *
 * Keys and the terminal drive it (keys.ts).
 */
import { NO_FILTER } from '../../frontend/world/filter.ts';
import { logReader } from '../../frontend/logs/reader.ts';
import { topSetup } from './setup.ts';

/** The machine of the screen; its input names the client and the store. */
export const topMachine = topSetup.createMachine({
  id: 'top',
  context: ({ input }) => ({
    ...input,
    ...{ filter: NO_FILTER, selected: null, first: 0, usage: null },
    ...{ lostAt: null, problem: null, explained: null, explainProblem: null, line: 0 },
    ...{ log: null, search: null, logTop: null, shift: 0, match: null, sought: '' },
    ...{ note: '', choice: 0, command: 'restart', outcome: null, seenAt: input.now() },
  }),
  initial: 'open',
  states: {
    open: {
      type: 'parallel',
      on: {
        resize: { actions: 'takeSize' },
        interrupt: '#top.interrupted',
        quit: '#top.closed',
      },
      states: {
        feed: {
          invoke: {
            id: 'feed',
            src: 'feed',
            input: ({ context: { client, store, now } }) => ({
              ...{ client, now, world: store.get, update: store.update.bind(store) },
            }),
            onSnapshot: { actions: { type: 'takeFeed', params: ({ event }) => ({ feed: event.snapshot }) } },
          },
        },
        usage: {
          initial: 'reading',
          states: {
            reading: {
              invoke: {
                src: 'readUsage',
                input: ({ context }) => context,
                onDone: {
                  target: 'waiting',
                  actions: { type: 'takeUsage', params: ({ event }) => ({ usage: event.output }) },
                },
                onError: 'waiting', // the connection says why
              },
            },
            waiting: { after: { interval: 'reading' } },
          },
        },
        clock: {
          initial: 'counting',
          states: { counting: { after: { second: { target: 'counting', reenter: true, actions: 'tick' } } } },
        },
        view: {
          initial: 'list',
          states: {
            list: {
              initial: 'browsing',
              states: {
                browsing: {
                  on: {
                    move: { actions: 'move' },
                    sort: { actions: 'takeSort' },
                    'filter.wanted': 'typing',
                    'filter.cleared': { actions: 'clearFilter' },
                    'states.wanted': { target: 'states', actions: 'beginChoice' },
                    'details.wanted': { guard: 'hasChosen', target: '#top.open.view.details' },
                    'logs.wanted': { guard: 'hasChosen', target: '#top.open.view.logs' },
                  },
                },
                typing: {
                  on: {
                    typed: { actions: 'typeFilter' },
                    erase: { actions: 'typeFilter' },
                    move: { actions: 'move' },
                    accept: 'browsing',
                    cancel: { target: 'browsing', actions: 'clearText' },
                  },
                },
                states: {
                  on: {
                    move: { actions: 'moveChoice' },
                    'states.toggle': { actions: 'toggle' },
                    accept: 'browsing',
                    cancel: 'browsing',
                  },
                },
              },
            },
            details: {
              entry: 'beginDetails',
              initial: 'reading',
              on: {
                move: { actions: 'scroll' },
                'logs.wanted': { guard: 'hasChosen', target: 'logs' },
                back: 'list',
              },
              states: {
                reading: {
                  invoke: {
                    src: 'explain',
                    input: ({ context }) => context,
                    onDone: {
                      target: 'shown',
                      actions: { type: 'takeExplained', params: ({ event }) => ({ explained: event.output }) },
                    },
                    onError: {
                      target: 'shown',
                      actions: { type: 'setExplainProblem', params: ({ event }) => ({ error: event.error }) },
                    },
                  },
                },
                shown: { after: { refresh: 'reading' } },
              },
            },
            logs: {
              entry: 'beginLog',
              invoke: [
                {
                  id: 'log',
                  src: 'log',
                  input: ({ context: { client, selected, now } }) => ({
                    reader: logReader(client, { ids: [selected ?? ''], stream: 'both', generation: null }),
                    ...{ line: null, now },
                  }),
                  onSnapshot: { actions: { type: 'takeLog', params: ({ event }) => ({ log: event.snapshot }) } },
                },
                {
                  id: 'search',
                  src: 'search',
                  input: ({ context: { client, selected } }) => ({
                    reader: logReader(client, { ids: [selected ?? ''], stream: 'both', generation: null }),
                  }),
                  onSnapshot: { actions: { type: 'takeSearch', params: ({ event }) => ({ search: event.snapshot }) } },
                },
              ],
              initial: 'browsing',
              states: {
                browsing: {
                  on: {
                    move: [{ guard: 'isToEnd', actions: 'followLog' }, { actions: 'scrollLog' }],
                    shift: { actions: 'shiftLog' },
                    'search.wanted': 'typing',
                    'match.next': { actions: 'moveMatch' },
                    'match.previous': { actions: 'moveMatch' },
                    'details.wanted': { guard: 'hasChosen', target: '#top.open.view.details' },
                    back: '#top.open.view.list',
                  },
                },
                typing: {
                  on: {
                    typed: { actions: 'typeSearch' },
                    erase: { actions: 'typeSearch' },
                    accept: 'browsing',
                    cancel: { target: 'browsing', actions: 'clearSearch' },
                  },
                },
              },
            },
          },
        },
        dialog: {
          initial: 'closed',
          states: {
            closed: {
              on: {
                // Whoever does something else has read it.
                move: { actions: 'forgetOutcome' },
                'details.wanted': { actions: 'forgetOutcome' },
                'logs.wanted': { actions: 'forgetOutcome' },
                'filter.wanted': { actions: 'forgetOutcome' },
                back: { actions: 'forgetOutcome' },
                'help.wanted': 'help',
                'command.wanted': [
                  { guard: 'canCommand', target: 'confirming', actions: 'takeCommand' },
                  { actions: 'sayBlock' },
                ],
                'acknowledge.wanted': [
                  { guard: 'canAcknowledge', target: 'noting', actions: 'beginNote' },
                  { actions: 'sayNoFailure' },
                ],
              },
            },
            help: { entry: 'forgetOutcome', on: { cancel: 'closed' } },
            confirming: {
              on: {
                cancel: 'closed',
                accept: [
                  { guard: 'isAllowed', target: 'sending' },
                  { target: 'closed', actions: 'sayBlock' },
                ],
              },
            },
            noting: {
              on: {
                typed: { actions: 'typeNote' },
                erase: { actions: 'typeNote' },
                cancel: 'closed',
                accept: [
                  { guard: 'isAllowed', target: 'acknowledging' },
                  { target: 'closed', actions: 'sayBlock' },
                ],
              },
            },
            sending: {
              entry: 'saySending',
              invoke: {
                src: 'command',
                input: ({ context }) => context,
                onDone: {
                  target: 'closed',
                  actions: { type: 'takeOutcome', params: ({ event }) => ({ outcome: event.output }) },
                },
                onError: {
                  target: 'closed',
                  actions: { type: 'refuse', params: ({ event }) => ({ error: event.error }) },
                },
              },
            },
            acknowledging: {
              invoke: {
                src: 'acknowledge',
                input: ({ context }) => context,
                onDone: {
                  target: 'closed',
                  actions: { type: 'takeOutcome', params: ({ event }) => ({ outcome: event.output }) },
                },
                onError: {
                  target: 'closed',
                  actions: { type: 'refuse', params: ({ event }) => ({ error: event.error }) },
                },
              },
            },
          },
        },
      },
    },
    closed: { type: 'final' },
    interrupted: { type: 'final' },
  },
});
