import { z } from 'zod';
import { EVENT_TYPES } from '../../model/explain/event-sentence.ts';
import { matchesType } from '../../model/values/event-filter.ts';
import { nearest } from '../nearest.ts';
import { duration, durationOrNever, name, textTemplate } from './shared-schemas.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const pattern = z.string().superRefine((text, context) => {
  if (EVENT_TYPES.some((type) => matchesType(text, type))) return;
  const known = nearest(text, EVENT_TYPES) ?? '';
  context.addIssue({ code: 'custom', message: `fits no type of event; the nearest to "${text}" is "${known}"` });
});

/** A webhook with everything that it needs. Durations are milliseconds; `give_up_after` null is `never`. */
export const webhookSchema = z.strictObject({
  url: textTemplate('an http or https URL').describe('Where events are posted to; ${env.NAME} is filled in.'),
  events: z
    .array(pattern)
    .min(1)
    .describe('The types that are sent, such as process.exited; service.* means all that begin so.'),
  agents: z.array(name).min(1).describe('Only events of these agents. Default: of all, and of none.').optional(),
  services: z.array(name).min(1).describe('Only events of these services. Default: of all, and of none.').optional(),
  secret: textTemplate('text such as "${env.WEBHOOK_SECRET}"')
    .describe('What requests are signed with: whsec_ and 24 to 64 bytes in base64; ${env.NAME} is filled in.')
    .optional(),
  secret_file: textTemplate('the path of a file')
    .describe('A file that holds the secret, from the base path if relative.')
    .optional(),
  timeout: duration
    .refine((ms) => ms >= 100 && ms <= 5 * 60_000, { error: 'must be 100ms to 5m' })
    .describe('For one attempt. Default: 10s.'),
  give_up_after: durationOrNever
    .refine((ms) => ms === null || ms <= 20 * DAY_MS, { error: 'must be 480h or less, or never' })
    .describe('Failing for so long, an event is given up after its next attempt; or never. Default: 24h.'),
});
/** A complete webhook. */
export type WebhookConfig = z.output<typeof webhookSchema>;

/** A webhook as a document may give it. */
export const webhookLayer = webhookSchema.partial({ timeout: true, give_up_after: true });

/** What a webhook has where no document says otherwise. */
export const WEBHOOK_POLICY = { timeout: '10s', give_up_after: '24h' } satisfies Partial<z.input<typeof webhookSchema>>;
