import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { JournalEntry } from '../model/journal.ts';
import { isoOf } from '../model/values/time.ts';
import type { WebhookSpec } from '../model/webhook.ts';

/** A request as the Standard Webhooks have it. */
export interface Envelope {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The request for an event whose wire form is `data`, signed at `now`. Its `webhook-id` stays the same in every attempt, so that a
 * receiver can tell a repeat: `<instance>_<seq>_<at>`, the last since the numbers of a database that was lost begin anew.
 */
export function envelopeFor(
  { seq, at, type }: JournalEntry,
  data: object,
  { secret, instance }: { readonly secret: string; readonly instance: string },
  now: Date,
): Envelope {
  const id = `${instance}_${seq}_${at.toString(36)}`;
  const body = JSON.stringify({ type, timestamp: isoOf(at), data });
  return {
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    },
  };
}

/** Names exactly this webhook as it is configured, without giving away its secret. */
export function webhookRevision(spec: WebhookSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);
}
