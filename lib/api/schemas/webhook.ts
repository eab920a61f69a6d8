import { z } from 'zod';
import { idSchema, instantSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';

const muteSchema = z
  .strictObject({
    agent_id: idSchema.nullable().meta({ description: 'Only the events of this agent; null: all.' }),
    since: instantSchema,
    until: instantSchema,
    actor: z.string().nullable().meta({ description: 'Who, as in the events of commands.' }),
    note: z.string().nullable(),
  })
  .meta({ id: 'WebhookMute' });

/** A receiver of events. Its address and its secret are never shown. */
export const webhookSchema = z
  .strictObject({
    name: z.string(),
    state: z.enum(['delivering', 'failing', 'disabled', 'stopped']).meta({
      description:
        '`disabled`: its receiver returned 410 Gone. `stopped`: because of a bug, until the host restarts. A muted webhook may have any state.',
    }),
    failing_since: instantSchema.nullable(),
    reason: z.string().nullable().meta({ description: 'Why the last delivery failed.' }),
    mutes: z.array(muteSchema).meta({ description: 'Those in effect.' }),
  })
  .meta({
    id: 'Webhook',
    example: {
      name: 'alerts',
      state: 'delivering',
      failing_since: null,
      reason: null,
      mutes: [
        {
          agent_id: 'pump1',
          since: '2026-01-02T03:04:05.678Z',
          until: '2026-01-02T05:00:00.000Z',
          actor: 'anna',
          note: 'maintenance of pump 1',
        },
      ],
    },
  });
export type WebhookView = Wire<typeof webhookSchema>;

/** All receivers. */
export const webhookListSchema = z.strictObject({ webhooks: z.array(webhookSchema) }).meta({ id: 'WebhookList' });
