/**
 * Polls the resource usage while a visible component needs it.
 *
 *   hidden            the page is not visible
 *   shown.unwatched   no component on the page shows resource usage
 *   shown.reading     a request is in progress
 *   shown.waiting     waits for the next request
 */
import { assign, fromCallback, fromPromise, setup } from 'xstate';
import type { Client } from '../../client/client.ts';
import type { UsageView } from '../../api/schemas/usage.ts';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { withReading } from './readings.ts';
import type { Reading } from './readings.ts';

/** The client, and the visibility of the page. */
export interface UsageInput {
  readonly client: Pick<Client, 'getUsage'>;
  /** Calls back with whether the page is visible, now and on every change; returns a function that ends this. */
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
    addReading: assign(({ context }, { view }: { readonly view: UsageView }) => ({
      readings: withReading(context.readings, view),
      isSupported: view.supported,
      problem: null,
    })),
    setProblem: assign((_, { problem }: { readonly problem: string }) => ({ problem })),
  },
  guards: {
    isWatched: ({ context }) => context.watchers > 0,
    isUnwatched: ({ context }) => context.watchers === 0,
  },
  delays: { pause: 2_000 },
});

/** The machine that collects the resource usage of the last minutes. */
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
            onDone: {
              target: 'waiting',
              actions: { type: 'addReading', params: ({ event }) => ({ view: event.output }) },
            },
            onError: {
              target: 'waiting',
              actions: { type: 'setProblem', params: ({ event }) => ({ problem: sentenceOf(event.error) }) },
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
