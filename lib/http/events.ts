import { z } from 'zod';
import type { Control } from '../control/control.ts';
import { countField, idField } from './fields.ts';
import { jsonRoute } from './route.ts';
import type { Route } from './route.ts';

const HISTORY = z.strictObject({
  after: countField(0, Number.MAX_SAFE_INTEGER).default(0),
  limit: countField(1, 1000).default(100),
  agent_id: idField.optional(),
  service_id: idField.optional(),
  type: z
    .string()
    .min(1, { error: 'must not be empty' })
    .max(128, { error: 'is longer than 128 characters' })
    .optional(),
});

/** The routes under /api/events. */
export function eventRoutes(control: Control): readonly Route[] {
  return [
    jsonRoute({
      method: 'GET',
      path: '/api/events/history',
      summary: 'What happened, in rising order of seq; paged by after and limit, filtered by agent, service and type.',
      query: HISTORY,
      answer: ({ query: { after, limit, agent_id: agentId, service_id: serviceId, type } }) =>
        control.history({
          after,
          limit,
          ...(agentId === undefined ? {} : { agentId }),
          ...(serviceId === undefined ? {} : { serviceId }),
          ...(type === undefined ? {} : { type }),
        }),
    }),
  ];
}
