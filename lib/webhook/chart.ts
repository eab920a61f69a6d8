import { fromPromise, type AnyStateMachine } from 'xstate';
import type { JournalEntry } from '../model/journal.ts';
import type { Clock } from '../ports/clock.ts';
import { createWebhookMachine } from './machine.ts';
import type { Behind, HeldBack, HeldBackQuery } from './mutes.ts';
import type { Outcome } from './outcome.ts';
import type { WebhookEffects } from './setup.ts';
import type { Next } from './source.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const neverKept: WebhookEffects['keepPlace'] = fromPromise(async () => {
  await never();
});
const neverForgotten: WebhookEffects['forgetMute'] = fromPromise(async () => {
  await never();
});

/** The statechart of webhooks for display, whether any exist or not; running it has no effect. */
export function webhookChart(clock: Clock): AnyStateMachine {
  const effects: WebhookEffects = {
    nextEvent: fromPromise<Next, number>(never),
    deliver: fromPromise<Outcome, JournalEntry>(never),
    keepPlace: neverKept,
    readHeldBack: fromPromise<HeldBack | Behind, HeldBackQuery>(never),
    forgetMute: neverForgotten,
    newest: () => 0,
    log: () => undefined,
    noted: () => undefined,
  };
  return createWebhookMachine(effects, clock);
}
