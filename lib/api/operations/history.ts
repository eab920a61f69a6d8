import { z } from 'zod';
import { countField, instantField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { agentHistorySchema, serviceHistorySchema } from '../schemas/history.ts';

const query = z.strictObject({
  after: countField(0, Number.MAX_SAFE_INTEGER).default(0).meta({ description: 'Only steps after this `seq`.' }),
  before: countField(0, Number.MAX_SAFE_INTEGER).optional().meta({ description: 'Only steps before this `seq`.' }),
  since: instantField.optional().meta({ description: 'Only steps at or after this instant.' }),
  until: instantField.optional().meta({ description: 'Only steps at or before this instant.' }),
  order: z
    .enum(['oldest_first', 'newest_first'], { error: 'must be oldest_first or newest_first' })
    .default('oldest_first'),
  limit: countField(1, 1000).default(100),
});

const description = `Read from the journal: it includes earlier runs of the host, as far back as the journal goes (250,000 events, 30 days), and deleted agents
and services keep their history until the deletion. \`initially\` is the state before the oldest step of the page.`;

/** The routes of histories. */
export const HISTORY_OPERATIONS = {
  getServiceHistory: {
    tag: 'Services',
    summary: 'The past states of a service, with its processes and how they ended.',
    description,
    query,
    answers: ok(serviceHistorySchema),
    problems: ['service_not_found', 'store_unavailable'],
  },
  getAgentHistory: {
    tag: 'Agents',
    summary: 'The past states of an agent.',
    description,
    query,
    answers: ok(agentHistorySchema),
    problems: ['agent_not_found', 'store_unavailable'],
  },
} as const satisfies Operations;
