import { z } from 'zod';
import { countField, idField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { eventPageSchema } from '../schemas/event.ts';

const history = z.strictObject({
  after: countField(0, Number.MAX_SAFE_INTEGER).default(0).meta({ description: 'Only events behind this `seq`.' }),
  limit: countField(1, 1000).default(100),
  agent_id: idField.optional(),
  service_id: idField.optional(),
  type: z
    .string()
    .min(1, { error: 'must not be empty' })
    .max(128, { error: 'is longer than 128 characters' })
    .optional(),
});

/** The routes of what happened. */
export const EVENT_OPERATIONS = {
  listEvents: {
    tag: 'Events',
    summary: 'What happened, in rising order of seq; paged by after and limit, filtered by agent, service and type.',
    query: history,
    answers: ok(eventPageSchema),
  },
} as const satisfies Operations;
