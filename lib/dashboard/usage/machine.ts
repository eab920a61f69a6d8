/**
 * Asks what is used, as long as somebody looks.
 *
 *   hidden            the page is not in view
 *   shown.unwatched   nothing on it shows what is used
 *   shown.reading     the host is asked
 *   shown.waiting     until the next time
 */
import { assign, fromCallback, fromPromise, setup } from 'xstate';
import type { Client } from '../../client/client.ts';
import type { UsageView } from '../../api/schemas/usage.ts';
import { sentenceOf } from '../words/sentence.ts';
import { withReading } from './readings.ts';
import type { Reading } from './readings.ts';

/** Whom to ask, and who says whether anybody looks. */
export interface UsageInput {
  readonly client: Pick<Client, 'getUsage'>;
  /** Calls back now, and whenever it changes, with whether the page is in view; gives what ends that. */
  readonly watchPage: (onVisibility: (isVisible: boolean) => void) => () => void;
}

interface UsageContext extends UsageInput {
  readonly readings: readonly Reading[];
  readonly isSupported: boolean;
  readonly problem: string | null;
  readonly watchers: number;
}

type UsageEvent =
  | { readonly type: 'usage.watch' }
  | { readonly type: 'usage.unwatch' }
  | { readonly type: 'page.shown' }
  | { readonly type: 'page.hidden' };

const machine = setup({
  types: {
    context: {} as UsageContext, // setup() takes types as values
    events: {} as UsageEvent,
    input: {} as UsageInput,
  },
  actors: {
    page: fromCallback<UsageEvent, UsageInput>(({ input, sendBack }) =>
      input.watchPage((isVisible) => {
        sendBack({ type: isVisible ? 'page.shown' : 'page.hidden' });
      }),
    ),
    read: fromPromise<UsageView, UsageInput>(({ input, signal }) => input.client.getUsage({ signal })),
  },
  actions: {
    keep: assign(({ context }, { view }: { readonly view: UsageView }) => ({
      readings: withReading(context.readings, view),
      isSupported: view.supported,
      problem: null,
    })),
    blame: assign((_, { problem }: { readonly problem: string }) => ({ problem })),
  },
  guards: {
    isWatched: ({ context }) => context.watchers > 0,
    isUnwatched: ({ context }) => context.watchers === 0,
  },
  delays: { pause: 2_000 },
});

/** The machine that keeps what was used in the last minutes. */
export const usageMachine = machine.createMachine({
  id: 'usage',
  context: ({ input }) => ({ ...input, readings: [], isSupported: true, problem: null, watchers: 0 }),
  invoke: { src: 'page', input: ({ context }) => context },
  on: {
    'usage.watch': { actions: assign({ watchers: ({ context }) => context.watchers + 1 }) },
    'usage.unwatch': { actions: assign({ watchers: ({ context }) => context.watchers - 1 }) },
  },
  initial: 'hidden',
  states: {
    hidden: { on: { 'page.shown': 'shown' } },
    shown: {
      on: { 'page.hidden': 'hidden' },
      initial: 'unwatched',
      states: {
        unwatched: { always: { guard: 'isWatched', target: 'reading' } },
        reading: {
          invoke: {
            src: 'read',
            input: ({ context }) => context,
            onDone: { target: 'waiting', actions: { type: 'keep', params: ({ event }) => ({ view: event.output }) } },
            onError: {
              target: 'waiting',
              actions: { type: 'blame', params: ({ event }) => ({ problem: sentenceOf(event.error) }) },
            },
          },
        },
        waiting: {
          always: { guard: 'isUnwatched', target: 'unwatched' },
          after: { pause: 'reading' },
        },
      },
    },
  },
});
