import { z } from 'zod';
import { EVENT_TYPES, isPossibleType } from '../../model/explain/event-sentence.ts';
import { nearest } from '../../model/values/nearest.ts';
import { duration, durationOrNever, name, textTemplate } from './shared-schemas.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const pattern = z.string().superRefine((text, context) => {
  if (isPossibleType(text)) return;
  const known = nearest(text, EVENT_TYPES) ?? '';
  context.addIssue({ code: 'custom', message: `matches no event type; the nearest to "${text}" is "${known}"` });
});

/** A complete webhook. Durations are milliseconds; `give_up_after` null is `never`. */
export const webhookSchema = z.strictObject({
  url: textTemplate('an http or https URL').describe('The URL to which events are posted; ${env.NAME} is replaced.'),
  events: z
    .array(pattern)
    .min(1)
    .describe('The event types to send, such as process.exited; service.* means all types with that prefix.'),
  agents: z.array(name).min(1).describe('Only events of these agents. Default: all events.').optional(),
  services: z.array(name).min(1).describe('Only events of these services. Default: all events.').optional(),
  secret: textTemplate('text such as "${env.WEBHOOK_SECRET}"')
    .describe('The secret for signing requests: whsec_ followed by 24 to 64 bytes in base64; ${env.NAME} is replaced.')
    .optional(),
  secret_file: textTemplate('the path of a file')
    .describe('A file with the secret, relative to the base path.')
    .optional(),
  timeout: duration
    .refine((ms) => ms >= 100 && ms <= 5 * 60_000, { error: 'must be 100ms to 5m' })
    .describe('The time limit of one attempt. Default: 10s.'),
  give_up_after: durationOrNever
    .refine((ms) => ms === null || ms <= 20 * DAY_MS, { error: 'must be 480h or less, or never' })
    .describe(
      'An event that has been failing for this time is given up after its next attempt; or never. Default: 24h.',
    ),
  include_output: z
    .boolean()
    .describe('Whether process.exited events have the last lines that the process wrote. Default: false.'),
});
/** A complete webhook. */
export type WebhookConfig = z.output<typeof webhookSchema>;

/** A webhook in a document. */
export const webhookLayer = webhookSchema.partial({ timeout: true, give_up_after: true, include_output: true });

/** The defaults of a webhook. */
export const WEBHOOK_POLICY = { timeout: '10s', give_up_after: '24h', include_output: false } satisfies Partial<
  z.input<typeof webhookSchema>
>;
