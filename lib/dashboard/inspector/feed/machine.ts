/**
 * The inspector of a host, or of a recording. Four regions:
 *
 * source    live.connecting | live.open.quiet | live.open.gathering (messages have come; they are handed on together) |
 *           live.resting (the connection was lost; it is tried again) | live.refused (only a sign-in helps) |
 *           recording (a file is shown; there is no connection)
 * view      following (the newest is shown) | paused (a moment is shown, and what comes is held back) |
 *           catchingUp (what was held back is shown in parts, so that the page answers between them)
 * recorder  idle | recording (what comes is also kept for a file)
 * host      reading | known (its name and health are read again after a while)
 */
import { sentenceOf } from '../../../frontend/words/sentence.ts';
import { Tape } from '../model/tape.ts';
import { Inbox } from './inbox.ts';
import { inspectorSetup } from './setup.ts';
import type { InspectorEvent } from './setup.ts';

const reasonIn = ({ event }: { event: InspectorEvent }): { problem: string | null } => ({
  problem: event.type === 'socket.closed' && event.reason !== '' ? event.reason : null,
});

/** The machine of the inspector page. */
export const inspectorMachine = inspectorSetup.createMachine({
  id: 'inspector',
  type: 'parallel',
  context: ({ input }) => ({
    ...input,
    ...{ inbox: new Inbox(), held: new Inbox(), tape: new Tape(), version: 0, heldEvents: 0, moment: null },
    ...{ health: null, recording: null, recorder: null, recorded: 0, file: null, problem: null, lostAt: null },
  }),
  states: {
    source: {
      initial: 'live',
      states: {
        live: {
          initial: 'connected',
          on: { 'recording.opened': 'recording' },
          states: {
            connected: {
              invoke: { src: 'socket', input: ({ context: { socketUrl, inbox } }) => ({ url: socketUrl, inbox }) },
              initial: 'connecting',
              on: {
                'socket.closed': [
                  {
                    guard: 'isWithdrawn',
                    target: 'refused',
                    actions: ['handOut', 'lose', { type: 'setProblem', params: reasonIn }],
                  },
                  { target: 'asking', actions: ['handOut', 'lose', { type: 'setProblem', params: reasonIn }] },
                ],
                // The host sends the state of all actors to each new connection.
                resume: { guard: 'hasHeldTooMuch', target: 'connected', reenter: true },
                'messages.dropped': { guard: 'isNotPaused', target: 'connected', reenter: true },
              },
              states: {
                connecting: { on: { 'socket.opened': { target: 'open', actions: 'connect' } } },
                open: {
                  initial: 'quiet',
                  states: {
                    // The socket reports only the first message, and a connection before may have left some.
                    quiet: {
                      always: { guard: 'hasMessages', target: 'gathering' },
                      on: { 'socket.received': 'gathering' },
                    },
                    gathering: { after: { gather: { target: 'quiet', actions: 'handOut' } } },
                  },
                },
              },
            },
            asking: {
              invoke: {
                src: 'askSession',
                input: ({ context }) => context,
                onDone: 'resting',
                onError: [
                  {
                    guard: { type: 'isSignInRequired', params: ({ event }) => ({ error: event.error }) },
                    target: 'refused',
                    actions: { type: 'setProblem', params: problemIn },
                  },
                  { target: 'resting', actions: { type: 'setProblem', params: problemIn } },
                ],
              },
            },
            resting: { after: { retry: 'connected' } },
            refused: {},
          },
        },
        recording: {
          entry: 'dropMessages',
          on: { 'recording.closed': { target: 'live', actions: 'closeRecording' } },
        },
      },
    },
    view: {
      initial: 'following',
      on: {
        'connection.lost': { actions: 'noteLoss' },
        'recording.opened': { target: '.following', actions: 'openRecording' },
        'recording.closed': '.following',
      },
      states: {
        following: {
          on: {
            batch: { actions: 'append' },
            pause: { target: 'paused', actions: 'showEnd' },
            'moment.chosen': { target: 'paused', actions: 'showMoment' },
          },
        },
        paused: {
          on: {
            batch: { actions: 'hold' },
            resume: { target: 'catchingUp', actions: 'showNewest' },
            'moment.chosen': { actions: 'showMoment' },
          },
        },
        catchingUp: {
          always: { guard: 'isCaughtUp', target: 'following' },
          after: { part: { target: 'catchingUp', reenter: true, actions: 'release' } },
          on: {
            batch: { actions: 'hold' },
            pause: { target: 'paused', actions: 'showEnd' },
            'moment.chosen': { target: 'paused', actions: 'showMoment' },
          },
        },
      },
    },
    recorder: {
      initial: 'idle',
      states: {
        idle: { on: { 'record.start': { target: 'recording', actions: 'beginRecording' } } },
        recording: {
          initial: 'open',
          on: { 'record.stop': { target: 'idle', actions: 'keepFile' } },
          states: {
            open: { always: { guard: 'isRecordingFull', target: 'full' }, on: { batch: { actions: 'record' } } },
            full: {},
          },
        },
      },
    },
    host: {
      initial: 'reading',
      states: {
        reading: {
          invoke: {
            src: 'readHealth',
            input: ({ context }) => context,
            onDone: {
              target: 'known',
              actions: { type: 'noteHealth', params: ({ event }) => ({ health: event.output }) },
            },
            onError: 'known',
          },
        },
        known: { after: { rereadHealth: 'reading' } },
      },
    },
  },
});

function problemIn({ event }: { event: { readonly error: unknown } }): { problem: string } {
  return { problem: sentenceOf(event.error) };
}
