import { assign, setup, stateIn, type PromiseActorLogic } from 'xstate';
import type { JournalEntry } from '../model/journal.ts';
import { backoffDelay } from '../model/policy/restart.ts';
import { isoOf, type Instant, type Millis } from '../model/values/time.ts';
import type { WebhookMute, WebhookPlace, WebhookSpec } from '../model/webhook.ts';
import type { Clock } from '../ports/clock.ts';
import { endingAt, firstOver, isHeldBack, movedSince, withEnds, withMute, withSent } from './mutes.ts';
import type { ActiveMute, Behind, HeldBack, HeldBackQuery } from './mutes.ts';
import type { Outcome } from './outcome.ts';
import type { Next } from './source.ts';

/** 1 s, 2 s, 4 s, … 5 min, each ±20 %. */
const BACKOFF = { initialMs: 1_000, factor: 2, maxMs: 5 * 60_000, jitter: 0.2, resetAfterMs: 0 };
/** The delay before the journal is read again after a failed read. */
const REREAD_MS = 5_000;
/** The clock may be set, and a timer has a longest delay: the end of a mute is looked for at least this often. */
const LONGEST_MUTE_TIMER_MS = 60_000;
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
  readonly mutes: readonly ActiveMute[];
  /** Those that begin later than is stored. */
  readonly moved: readonly ActiveMute[];
  /** A mute that is over, of which there is something left to send; null: there is none. */
  readonly ending: HeldBack | null;
  /** The position at which events before the end of a mute were still to come; null: none was looked at. */
  readonly behindAt: number | null;
}

/** What a webhook is asked to do. */
export type WebhookEvent =
  | { readonly type: 'webhook.leave' }
  /** The mute is stored. */
  | { readonly type: 'webhook.mute'; readonly mute: WebhookMute }
  /** The mute for this agent ends now. */
  | { readonly type: 'webhook.unmute'; readonly agentId: string | null };

export interface WebhookInput {
  readonly spec: WebhookContext['spec'];
  readonly revision: string;
  readonly place: WebhookPlace;
  readonly mutes: readonly WebhookMute[];
}

/** The effects of a webhook, and what it reports. */
export interface WebhookEffects {
  readonly nextEvent: PromiseActorLogic<Next, number>;
  readonly deliver: PromiseActorLogic<Outcome, JournalEntry>;
  readonly keepPlace: PromiseActorLogic<void, { readonly place: WebhookPlace; readonly moved: readonly ActiveMute[] }>;
  readonly readHeldBack: PromiseActorLogic<HeldBack | Behind, HeldBackQuery>;
  readonly forgetMute: PromiseActorLogic<void, WebhookMute>;
  /** The number of the newest event. */
  readonly newest: () => number;
  /** For the log of the host. */
  readonly log: (what: 'failing' | 'delivered_again' | 'unread', context: WebhookContext) => void;
  /** For the journal. */
  readonly noted: (
    type: 'webhook.dropped' | 'webhook.disabled' | 'webhook.muted' | 'webhook.unmuted',
    detail: Readonly<Record<string, unknown>>,
  ) => void;
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
const heldBackIn = (event: { readonly type: string }) => outputOf(event) as HeldBack;

/** The named guards, actions, delays and actors of a webhook. */
export function webhookSetup({ log, noted, newest, ...actors }: WebhookEffects, clock: Clock) {
  return setup({
    types: {
      context: {} as WebhookContext, // setup() takes types as values
      events: {} as WebhookEvent,
      input: {} as WebhookInput,
    },
    actors,
    delays: {
      beforeRetry: ({ context: { failures, retryAfterMs } }) =>
        Math.max(backoffDelay(BACKOFF, failures, clock.random()), retryAfterMs ?? 0),
      beforeReread: REREAD_MS,
      toLeave: LEAVE_MS,
      untilMuteEnds: ({ context: { mutes } }) => {
        const ends = mutes.filter(({ end }) => end === null).map(({ until }) => until - clock.now());
        return Math.min(LONGEST_MUTE_TIMER_MS, ...ends.map((wait) => Math.max(0, wait)));
      },
    },
    guards: {
      isGoneAlready: ({ context }) => context.goneRevision === context.revision,
      isEvent: ({ event }) => nextIn(event).type === 'event',
      isNextHeldBack: ({ context, event }) => {
        const next = nextIn(event);
        return next.type === 'event' && isHeldBack(next.entry, context.mutes);
      },
      isEntryHeldBack: ({ context: { entry, mutes } }) => entry !== null && isHeldBack(entry, mutes),
      isMuted: ({ context: { mutes } }) => mutes.some(({ end }) => end === null),
      endsMute: ({ context: { mutes, position, ending, behindAt } }) =>
        ending === null && behindAt !== position && firstOver(mutes) !== undefined,
      isBehind: ({ event }) => (outputOf(event) as HeldBack | Behind).type === 'behind',
      hasDue: ({ context: { ending } }) => ending !== null && ending.due.length > 0,
      hasEnded: ({ context: { ending } }) => ending !== null && ending.due.length === 0,
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
      takeDue: assign(({ context: { ending } }) => ({ entry: ending?.due[0] ?? null })),
      takeMute: assign(({ context: { mutes }, event }) =>
        event.type === 'webhook.mute' ? { mutes: withMute(mutes, event.mute) } : {},
      ),
      recordMuted: ({ event }) => {
        if (event.type !== 'webhook.mute') return;
        const { webhook, agentId, until, note } = event.mute;
        noted('webhook.muted', { webhook, agent_id: agentId, until: isoOf(until), note });
      },
      endMute: assign(({ context: { mutes }, event }) =>
        event.type === 'webhook.unmute' ? { mutes: endingAt(mutes, event, clock.now()) } : {},
      ),
      noteEnds: assign(({ context: { mutes } }) => ({
        mutes: withEnds(mutes, { now: clock.now(), newest: newest() }),
      })),
      takeHeldBack: assign(({ context: { mutes }, event }) => {
        const ending = heldBackIn(event);
        return { ending, behindAt: null, mutes: mutes.filter((mute) => mute !== ending.mute) };
      }),
      recordUnmuted: ({ event }) => {
        const { mute, due, count, first, last } = heldBackIn(event);
        noted('webhook.unmuted', {
          ...{ webhook: mute.webhook, agent_id: mute.agentId, since: isoOf(mute.since) },
          ...{ suppressed: count, first_seq: first, last_seq: last },
          sent: due.map(({ seq }) => seq),
        });
      },
      noteBehind: assign(({ context: { position } }) => ({ behindAt: position })),
      forgetEnding: assign({ ending: null }),
      passNext: assign(({ event }) => {
        const next = nextIn(event);
        return next.type === 'event' ? { position: next.entry.seq } : {};
      }),
      moveOn: assign(({ event }) => {
        const next = nextIn(event);
        return 'position' in next ? { position: next.position } : {};
      }),
      recordLost: ({ context, event }) => {
        const next = nextIn(event);
        if (next.type === 'lost') noted('webhook.dropped', { webhook: context.spec.name, reason: next.reason });
      },
      passEvent: assign(({ context: { entry, ending, position } }) => {
        if (ending === null || entry !== ending.due[0]) return { position: entry?.seq ?? position, entry: null };
        return { ending: { ...ending, due: ending.due.slice(1) }, entry: null };
      }),
      logDelivered: ({ context }) => {
        if (context.failingSince !== null) log('delivered_again', context);
      },
      noteSent: assign(({ context: { entry, mutes, position } }) => {
        if (entry === null) return {};
        const now = withSent(mutes, entry, position);
        return { mutes: now, moved: movedSince(mutes, now) };
      }),
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
