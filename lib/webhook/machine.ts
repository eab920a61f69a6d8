/**
 * The statechart of one webhook. It has three parallel regions:
 *
 * work   awaiting (the next event) | rereading (the journal could not be read) | delivering |
 *        judging (a failed attempt) | waiting (before the next attempt) | keeping (storing its position) |
 *        pausing (an event was given up; the next one has to wait as well) | gone (the receiver wants no more events)
 *        collecting (what a mute that is over has held back) | forgetting (that mute)
 * sound  deciding (which mutes are over; left immediately) | audible | muted (until a mute ends)
 * stay   staying | leaving (a delivery in progress may finish)
 *
 * Finished effects, its own timers, `webhook.mute`, `webhook.unmute` and `webhook.leave` drive it. It keeps the order of the journal: an event is
 * delivered once all earlier ones are delivered or given up. An event that a mute holds back is passed like a delivered
 * one; at the end of a mute, what still fails is delivered before anything else.
 */
import type { JournalEntry } from '../model/journal.ts';
import type { Clock } from '../ports/clock.ts';
import { activeMute, firstOver, type ActiveMute, type HeldBack, type HeldBackQuery } from './mutes.ts';
import { placeOf, webhookSetup, type WebhookContext, type WebhookEffects } from './setup.ts';

/** The statechart of a webhook with the given effects. */
export function createWebhookMachine(effects: WebhookEffects, clock: Clock) {
  const keep = {
    src: 'keepPlace',
    input: ({ context }: { readonly context: WebhookContext }) => ({ place: placeOf(context), moved: context.moved }),
  } as const;
  return webhookSetup(effects, clock).createMachine({
    id: 'webhook',
    context: ({ input: { spec, revision, place, mutes } }) => ({
      spec,
      revision,
      position: place.position,
      entry: null,
      failures: place.failingSince === null ? 0 : 1,
      failingSince: place.failingSince,
      reason: null,
      retryAfterMs: null,
      goneRevision: place.goneRevision === revision ? revision : null,
      mutes: mutes.map(activeMute),
      moved: [],
      ending: null,
      behindAt: null,
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
                always: [
                  { guard: 'isGoneAlready', target: 'gone' },
                  { guard: 'hasDue', target: 'delivering', actions: 'takeDue' },
                  { guard: 'hasEnded', target: 'forgetting' },
                  { guard: 'endsMute', target: 'collecting' },
                ],
                invoke: {
                  src: 'nextEvent',
                  input: ({ context }) => context.position,
                  onDone: [
                    { guard: 'isNextHeldBack', target: 'keeping', actions: 'passNext' },
                    {
                      guard: 'isEvent',
                      target: 'delivering',
                      actions: 'takeEvent',
                    },
                    { guard: 'isOver', target: '#webhook.closed' },
                    {
                      guard: 'isLost',
                      target: 'keeping',
                      actions: ['recordLost', 'moveOn'],
                    },
                    { target: 'keeping', actions: 'moveOn' },
                  ],
                  onError: { target: 'rereading', actions: 'logUnread' },
                },
              },
              rereading: { after: { beforeReread: 'awaiting' }, on: { 'webhook.leave': '#webhook.closed' } },
              delivering: {
                invoke: {
                  src: 'deliver',
                  input: ({ context: { entry } }) => entry as JournalEntry, // taken on the way in
                  onDone: [
                    {
                      guard: 'isAccepted',
                      target: 'keeping',
                      actions: ['logDelivered', 'noteSent', 'passEvent', 'forgetFailures'],
                    },
                    {
                      guard: 'isGone',
                      target: 'gone',
                      actions: ['noteGone', 'recordGone'],
                    },
                    { target: 'judging', actions: 'noteFailure' },
                  ],
                },
              },
              judging: {
                entry: 'logFailing',
                always: [
                  { guard: 'isLeaving', target: '#webhook.closed' },
                  { guard: 'isGivenUp', target: 'keeping', actions: ['recordDropped', 'passEvent'] },
                  { target: 'waiting' },
                ],
              },
              waiting: {
                invoke: { ...keep, onError: { actions: [] } }, // logged by the effect; the next attempt stores it too
                after: {
                  beforeRetry: [
                    { guard: 'isEntryHeldBack', target: 'keeping', actions: 'passEvent' },
                    { target: 'delivering' },
                  ],
                },
                on: { 'webhook.leave': '#webhook.closed' },
              },
              keeping: {
                invoke: {
                  ...keep,
                  onDone: [{ guard: 'isFailing', target: 'pausing' }, { target: 'awaiting' }],
                  onError: [{ guard: 'isFailing', target: 'pausing' }, { target: 'awaiting' }], // stored with the next event
                },
              },
              pausing: {
                always: { guard: 'isLeaving', target: '#webhook.closed' },
                after: { beforeRetry: 'awaiting' },
                on: { 'webhook.leave': '#webhook.closed' },
              },
              collecting: {
                invoke: {
                  src: 'readHeldBack',
                  input: ({ context: { mutes, position } }) => heldBackQuery(mutes, position),
                  onDone: [
                    { guard: 'isBehind', target: 'awaiting', actions: 'noteBehind' },
                    { target: 'awaiting', actions: ['recordUnmuted', 'takeHeldBack'] },
                  ],
                  onError: { target: 'rereading', actions: 'logUnread' },
                },
                on: { 'webhook.leave': '#webhook.closed' },
              },
              forgetting: {
                invoke: {
                  src: 'forgetMute',
                  input: ({ context: { ending } }) => (ending as HeldBack).mute, // there is one on the way in
                  onDone: { target: 'awaiting', actions: 'forgetEnding' },
                  onError: { target: 'awaiting', actions: 'forgetEnding' }, // logged by the effect
                },
              },
              gone: {
                always: { guard: 'isLeaving', target: '#webhook.closed' },
                invoke: { ...keep, onError: { actions: [] } },
                on: { 'webhook.leave': '#webhook.closed' },
              },
            },
          },
          sound: {
            initial: 'deciding',
            states: {
              deciding: {
                entry: 'noteEnds',
                always: [{ guard: 'isMuted', target: 'muted' }, { target: 'audible' }],
              },
              audible: {},
              muted: { after: { untilMuteEnds: 'deciding' } },
            },
            on: {
              'webhook.mute': { target: '.deciding', actions: ['takeMute', 'recordMuted'] },
              'webhook.unmute': { target: '.deciding', actions: 'endMute' },
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

function heldBackQuery(mutes: readonly ActiveMute[], position: number): HeldBackQuery {
  const mute = firstOver(mutes) as ActiveMute; // there is one on the way in
  return { mute, others: mutes.filter((other) => other !== mute), position };
}
