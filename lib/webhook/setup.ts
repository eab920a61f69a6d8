import { assign, setup, stateIn, type PromiseActorLogic } from 'xstate';
import type { JournalEntry } from '../model/journal.ts';
import { backoffDelay } from '../model/policy/restart.ts';
import { isoOf, type Instant, type Millis } from '../model/values/time.ts';
import type { WebhookPlace, WebhookSpec } from '../model/webhook.ts';
import type { Clock } from '../ports/clock.ts';
import type { Outcome } from './outcome.ts';
import type { Next } from './source.ts';

/** 1 s, 2 s, 4 s, … 5 min, each ±20 %. */
const BACKOFF = { initialMs: 1_000, factor: 2, maxMs: 5 * 60_000, jitter: 0.2, resetAfterMs: 0 };
/** The delay before the journal is read again after a failed read. */
const REREAD_MS = 5_000;
/** The time for a delivery in progress when the host shuts down. */
const LEAVE_MS = 1_000;

/** The context of one webhook. */
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

/** The effects of a webhook, and what it reports. */
export interface WebhookEffects {
  readonly nextEvent: PromiseActorLogic<Next, number>;
  readonly deliver: PromiseActorLogic<Outcome, JournalEntry>;
  readonly keepPlace: PromiseActorLogic<void, WebhookPlace>;
  /** For the log of the host. */
  readonly log: (what: 'failing' | 'delivered_again' | 'unread', context: WebhookContext) => void;
  /** For the journal. */
  readonly noted: (type: 'webhook.dropped' | 'webhook.disabled', detail: Readonly<Record<string, unknown>>) => void;
}

/** The position of a webhook, in its stored form. */
export function placeOf({ spec, position, failingSince, goneRevision }: WebhookContext): WebhookPlace {
  return { name: spec.name, position, failingSince, goneRevision };
}

/** XState's own events, for finished effects, are not among those of the chart. */
function outputOf(event: { readonly type: string }): unknown {
  return 'output' in event ? event.output : undefined;
}

// The output of an effect; each is called only where the effect with that output has finished.
const nextIn = (event: { readonly type: string }) => outputOf(event) as Next;
const outcomeIn = (event: { readonly type: string }) => outputOf(event) as Outcome;

/** The named guards, actions, delays and actors of a webhook. */
export function webhookSetup({ nextEvent, deliver, keepPlace, log, noted }: WebhookEffects, clock: Clock) {
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
      isEvent: ({ event }) => nextIn(event).type === 'event',
      isOver: ({ event }) => nextIn(event).type === 'over',
      isLost: ({ event }) => nextIn(event).type === 'lost',
      isAccepted: ({ event }) => outcomeIn(event).type === 'accepted',
      isGone: ({ event }) => outcomeIn(event).type === 'gone',
      isGivenUp: ({ context: { spec, failingSince } }) =>
        spec.giveUpAfterMs !== null && failingSince !== null && clock.now() - failingSince >= spec.giveUpAfterMs,
      isFailing: ({ context }) => context.failingSince !== null,
      isLeaving: stateIn({ open: { stay: 'leaving' } }),
    },
    actions: {
      takeEvent: assign(({ event }) => {
        const next = nextIn(event);
        return next.type === 'event' ? { entry: next.entry } : {};
      }),
      moveOn: assign(({ event }) => {
        const next = nextIn(event);
        return 'position' in next ? { position: next.position } : {};
      }),
      recordLost: ({ context, event }) => {
        const next = nextIn(event);
        if (next.type === 'lost') noted('webhook.dropped', { webhook: context.spec.name, reason: next.reason });
      },
      passEvent: assign(({ context }) => ({ position: context.entry?.seq ?? context.position, entry: null })),
      logDelivered: ({ context }) => {
        if (context.failingSince !== null) log('delivered_again', context);
      },
      forgetFailures: assign({ failures: 0, failingSince: null, reason: null, retryAfterMs: null, goneRevision: null }),
      noteFailure: assign(({ context, event }) => {
        const outcome = outcomeIn(event);
        if (outcome.type !== 'failed') return {};
        return {
          failures: context.failures + 1,
          failingSince: context.failingSince ?? clock.now(),
          reason: outcome.reason,
          retryAfterMs: outcome.retryAfterMs,
        };
      }),
      logFailing: ({ context }) => {
        if (context.failures === 1) log('failing', context);
      },
      recordDropped: ({ context: { spec, entry, reason, failingSince } }) => {
        noted('webhook.dropped', {
          webhook: spec.name,
          seq: entry?.seq,
          reason,
          failing_since: failingSince === null ? null : isoOf(failingSince),
        });
      },
      noteGone: assign(({ context }) => ({ goneRevision: context.revision })),
      recordGone: ({ context }) => {
        noted('webhook.disabled', { webhook: context.spec.name, reason: 'the receiver returned 410 Gone' });
      },
      logUnread: ({ context }) => {
        log('unread', context);
      },
    },
  });
}
