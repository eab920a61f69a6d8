import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { JournalEntry } from '../model/journal.ts';
import { isoOf } from '../model/values/time.ts';
import type { WebhookSpec } from '../model/webhook.ts';

/** A request as defined by Standard Webhooks. */
export interface Envelope {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The request for an event whose wire form is `data`, signed at `now`. Its `webhook-id` is the same in every attempt,
 * so that a receiver can detect a repetition: `<instance>_<seq>_<at>`; `at` is included because the numbers start from
 * 1 again if the database was lost.
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

/** Identifies this webhook with its exact configuration, without revealing its secret. */
export function webhookRevision(spec: WebhookSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);
}
