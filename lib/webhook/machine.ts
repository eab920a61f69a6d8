/**
 * The statechart of one webhook. Two regions go side by side:
 *
 * work   awaiting (the next event) | delivering | waiting (before the next attempt) | keeping (how far it is) |
 *        pausing (an event was given up; the next one has to wait as well) | gone (the receiver wants nothing any more)
 * stay   staying | leaving (what is under way may end)
 *
 * Ends of its effects and its own timers move it, and `webhook.leave`. Its order is that of the journal: an event is delivered when those
 * before it are delivered or given up.
 */
import { assign, setup, stateIn, type PromiseActorLogic } from 'xstate';
import type { JournalEntry } from '../model/journal.ts';
import { backoffDelay } from '../model/restart.ts';
import { isoOf, type Instant, type Millis } from '../model/time.ts';
import type { WebhookPlace, WebhookSpec } from '../model/webhook.ts';
import type { Clock } from '../ports/clock.ts';
import type { Outcome } from './outcome.ts';
import type { Next } from './source.ts';

/** 1 s, 2 s, 4 s, … 5 min, each ±20 %. */
const BACKOFF = { initialMs: 1_000, factor: 2, maxMs: 5 * 60_000, jitter: 0.2, resetAfterMs: 0 };
/** Before the journal is read again that could not be read. */
const REREAD_MS = 5_000;
/** For what is under way when the host leaves. */
const LEAVE_MS = 1_000;

/** What one webhook knows. */
export interface WebhookContext {
  readonly spec: Pick<WebhookSpec, 'name' | 'giveUpAfterMs'>;
  readonly revision: string;
  readonly position: number;
  /** The event that is being delivered. */
  readonly entry: JournalEntry | null;
  /** Failed attempts in a row. */
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly reason: string | null;
  readonly retryAfterMs: Millis | null;
  readonly goneRevision: string | null;
}

export interface WebhookInput {
  readonly spec: WebhookContext['spec'];
  readonly revision: string;
  readonly place: WebhookPlace;
}

/** What a webhook does and tells. */
export interface WebhookEffects {
  readonly nextEvent: PromiseActorLogic<Next, number>;
  readonly deliver: PromiseActorLogic<Outcome, JournalEntry>;
  readonly keepPlace: PromiseActorLogic<void, WebhookPlace>;
  /** For the log of the host. */
  readonly told: (what: 'failing' | 'delivered_again' | 'unread', context: WebhookContext) => void;
  /** For the journal. */
  readonly noted: (type: 'webhook.dropped' | 'webhook.disabled', detail: Readonly<Record<string, unknown>>) => void;
}

/** How far a webhook is, in the form that is kept. */
export function placeOf({ spec, position, failingSince, goneRevision }: WebhookContext): WebhookPlace {
  return { name: spec.name, position, failingSince, goneRevision };
}

function webhookSetup({ nextEvent, deliver, keepPlace, told, noted }: WebhookEffects, clock: Clock) {
  return setup({
    types: {
      context: {} as WebhookContext, // setup() takes types as values
      events: {} as { readonly type: 'webhook.leave' },
      input: {} as WebhookInput,
    },
    actors: { nextEvent, deliver, keepPlace },
    delays: {
      beforeRetry: ({ context: { failures, retryAfterMs } }) =>
        Math.max(backoffDelay(BACKOFF, failures, clock.random()), retryAfterMs ?? 0),
      beforeReread: REREAD_MS,
      toLeave: LEAVE_MS,
    },
    guards: {
      isGoneAlready: ({ context }) => context.goneRevision === context.revision,
      isEvent: (_, next: Next) => next.type === 'event',
      isOver: (_, next: Next) => next.type === 'over',
      isLost: (_, next: Next) => next.type === 'lost',
      isAccepted: (_, outcome: Outcome) => outcome.type === 'accepted',
      isGone: (_, outcome: Outcome) => outcome.type === 'gone',
      isGivenUp: ({ context: { spec, failingSince } }) =>
        spec.giveUpAfterMs !== null && failingSince !== null && clock.now() - failingSince >= spec.giveUpAfterMs,
      isFailing: ({ context }) => context.failingSince !== null,
      isLeaving: stateIn({ open: { stay: 'leaving' } }),
    },
    actions: {
      takeEvent: assign((_, next: Next) => (next.type === 'event' ? { entry: next.entry } : {})),
      moveOn: assign((_, next: Next) => ('position' in next ? { position: next.position } : {})),
      tellLost: ({ context }, next: Next) => {
        if (next.type === 'lost') noted('webhook.dropped', { webhook: context.spec.name, reason: next.reason });
      },
      passEvent: assign(({ context }) => ({ position: context.entry?.seq ?? context.position, entry: null })),
      tellDelivered: ({ context }) => {
        if (context.failingSince !== null) told('delivered_again', context);
      },
      forgetFailures: assign({ failures: 0, failingSince: null, reason: null, retryAfterMs: null, goneRevision: null }),
      noteFailure: assign(({ context }, outcome: Outcome) =>
        outcome.type !== 'failed'
          ? {}
          : {
              failures: context.failures + 1,
              failingSince: context.failingSince ?? clock.now(),
              reason: outcome.reason,
              retryAfterMs: outcome.retryAfterMs,
            },
      ),
      tellFailing: ({ context }) => {
        if (context.failures === 1) told('failing', context);
      },
      tellDropped: ({ context: { spec, entry, reason, failingSince } }) => {
        noted('webhook.dropped', {
          webhook: spec.name,
          seq: entry?.seq,
          reason,
          failing_since: failingSince === null ? null : isoOf(failingSince),
        });
      },
      noteGone: assign(({ context }) => ({ goneRevision: context.revision })),
      tellGone: ({ context }) => {
        noted('webhook.disabled', { webhook: context.spec.name, reason: 'the receiver answered 410 Gone' });
      },
      tellUnread: ({ context }) => {
        told('unread', context);
      },
    },
  });
}

interface Done<T> {
  readonly event: { readonly output: T };
}
const outputOf = <T>({ event }: Done<T>): T => event.output;

/** The statechart of a webhook over its effects. */
export function createWebhookMachine(effects: WebhookEffects, clock: Clock) {
  const keep = {
    src: 'keepPlace',
    input: ({ context }: { readonly context: WebhookContext }) => placeOf(context),
  } as const;
  return webhookSetup(effects, clock).createMachine({
    id: 'webhook',
    context: ({ input: { spec, revision, place } }) => ({
      spec,
      revision,
      position: place.position,
      entry: null,
      failures: place.failingSince === null ? 0 : 1,
      failingSince: place.failingSince,
      reason: null,
      retryAfterMs: null,
      goneRevision: place.goneRevision === revision ? revision : null,
    }),
    initial: 'open',
    states: {
      open: {
        type: 'parallel',
        states: {
          work: {
            initial: 'awaiting',
            states: {
              awaiting: {
                always: { guard: 'isGoneAlready', target: 'gone' },
                invoke: {
                  src: 'nextEvent',
                  input: ({ context }) => context.position,
                  onDone: [
                    {
                      guard: { type: 'isEvent', params: outputOf<Next> },
                      target: 'delivering',
                      actions: { type: 'takeEvent', params: outputOf<Next> },
                    },
                    { guard: { type: 'isOver', params: outputOf<Next> }, target: '#webhook.closed' },
                    {
                      guard: { type: 'isLost', params: outputOf<Next> },
                      target: 'keeping',
                      actions: [
                        { type: 'tellLost', params: outputOf<Next> },
                        { type: 'moveOn', params: outputOf<Next> },
                      ],
                    },
                    { target: 'keeping', actions: { type: 'moveOn', params: outputOf<Next> } },
                  ],
                  onError: { target: 'rereading', actions: 'tellUnread' },
                },
              },
              rereading: { after: { beforeReread: 'awaiting' }, on: { 'webhook.leave': '#webhook.closed' } },
              delivering: {
                invoke: {
                  src: 'deliver',
                  input: ({ context: { entry } }) => entry as JournalEntry, // taken on the way in
                  onDone: [
                    {
                      guard: { type: 'isAccepted', params: outputOf<Outcome> },
                      target: 'keeping',
                      actions: ['tellDelivered', 'passEvent', 'forgetFailures'],
                    },
                    {
                      guard: { type: 'isGone', params: outputOf<Outcome> },
                      target: 'gone',
                      actions: ['noteGone', 'tellGone'],
                    },
                    { target: 'judging', actions: { type: 'noteFailure', params: outputOf<Outcome> } },
                  ],
                },
              },
              judging: {
                entry: 'tellFailing',
                always: [
                  { guard: 'isLeaving', target: '#webhook.closed' },
                  { guard: 'isGivenUp', target: 'keeping', actions: ['tellDropped', 'passEvent'] },
                  { target: 'waiting' },
                ],
              },
              waiting: {
                invoke: { ...keep, onError: { actions: [] } }, // told by whoever keeps it; the next try keeps it too
                after: { beforeRetry: 'delivering' },
                on: { 'webhook.leave': '#webhook.closed' },
              },
              keeping: {
                invoke: {
                  ...keep,
                  onDone: [{ guard: 'isFailing', target: 'pausing' }, { target: 'awaiting' }],
                  onError: [{ guard: 'isFailing', target: 'pausing' }, { target: 'awaiting' }], // kept with the next one
                },
              },
              pausing: {
                always: { guard: 'isLeaving', target: '#webhook.closed' },
                after: { beforeRetry: 'awaiting' },
                on: { 'webhook.leave': '#webhook.closed' },
              },
              gone: {
                always: { guard: 'isLeaving', target: '#webhook.closed' },
                invoke: { ...keep, onError: { actions: [] } },
                on: { 'webhook.leave': '#webhook.closed' },
              },
            },
          },
          stay: {
            initial: 'staying',
            states: {
              staying: { on: { 'webhook.leave': 'leaving' } },
              leaving: { after: { toLeave: '#webhook.closed' } },
            },
          },
        },
      },
      closed: { type: 'final' },
    },
  });
}
