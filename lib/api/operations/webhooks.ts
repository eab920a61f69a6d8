import { z } from 'zod';
import { futureInstantField, idField, noteField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { webhookListSchema, webhookSchema } from '../schemas/webhook.ts';

const muteBody = z
  .strictObject({
    until: futureInstantField,
    agent_id: idField.nullish().meta({ description: 'Only the events of this agent.' }),
    note: noteField.nullish(),
  })
  .meta({ id: 'Mute', example: { until: '2099-01-02T05:00:00Z', agent_id: 'pump1', note: 'maintenance of pump 1' } });

/** The routes of webhooks. */
export const WEBHOOK_OPERATIONS = {
  listWebhooks: {
    tag: 'Webhooks',
    summary: 'The configured webhooks, whether each delivers, and its mutes.',
    answers: ok(webhookListSchema),
  },
  muteWebhook: {
    tag: 'Webhooks',
    summary: 'Hold back the events of a webhook, or those of one agent, until an instant.',
    description:
      'What is held back is never sent, except what still fails at the end: of each service or agent that is then in `backoff` or `failed`, the last ' +
      'event that says so is sent. A mute survives restarts of the host; another one for the same agent replaces it.',
    body: muteBody,
    answers: ok(webhookSchema),
    problems: ['webhook_not_found', 'agent_not_found'],
  },
  unmuteWebhook: {
    tag: 'Webhooks',
    summary: 'End a mute now, as if its instant had come.',
    query: z.strictObject({
      agent_id: idField.optional().meta({ description: 'The mute for this agent; default: that for all events.' }),
    }),
    answers: ok(webhookSchema),
    problems: ['webhook_not_found', 'webhook_not_muted'],
  },
} as const satisfies Operations;
