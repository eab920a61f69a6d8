import { ALL_EVENTS } from '../../../lib/model/values/event-filter.ts';
import type { JournalEntry } from '../../../lib/model/journal.ts';
import type { WebhookSpec } from '../../../lib/model/webhook.ts';
import type { Outcome } from '../../../lib/webhook/outcome.ts';

/** The webhook of a scenario with a receiver; nothing is sent to its address. */
export const WEBHOOK: WebhookSpec = {
  name: 'receiver',
  url: 'http://127.0.0.1:9/',
  secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  filter: { ...ALL_EVENTS, types: ['process.*'] },
  timeoutMs: 5_000,
  giveUpAfterMs: null,
};

/** Whether the webhook sends it. */
export function isForReceiver({ type }: Pick<JournalEntry, 'type'>): boolean {
  return type.startsWith('process.');
}

/** A program that gets the events of hosts, and outlives them. */
export class Receiver {
  /** The number of each event that it has accepted, in order. */
  received: readonly number[] = [];
  isDown = false;
  version = 0;

  forked(): Receiver {
    const { received, isDown, version } = this;
    return Object.assign(new Receiver(), { received, isDown, version });
  }

  attempt({ seq }: JournalEntry): Promise<Outcome> {
    if (this.isDown) return Promise.resolve({ type: 'failed', reason: 'It is down.', retryAfterMs: null });
    this.received = [...this.received, seq];
    this.version += 1;
    return Promise.resolve({ type: 'accepted' });
  }

  close(): void {
    // it stays up
  }
}
