import { z } from 'zod';

import type { ServiceReport } from '../../model/policy/agent-state.ts';
import { serviceId } from '../../model/values/id-schema.ts';
import { reason } from '../../model/explain/reason-schema.ts';
import { PUBLIC_STATES } from '../../model/states.ts';
import { agentPlan } from '../../model/spec-schema.ts';
import type { AgentContext } from './context.ts';

const intended = z.enum(['running', 'stopped']);

const report = z.strictObject({
  serviceId,
  state: z.enum(PUBLIC_STATES),
  intended,
  isLaunched: z.boolean().default(false),
  isReady: z.boolean().default(true),
  isComplete: z.boolean(),
  failureCount: z.int().nonnegative().default(0),
  restartedBy: z.string().nullable().default(null),
  holders: z.array(z.string()),
  reason: reason.nullable(),
}) satisfies z.ZodType<ServiceReport>;

/**
 * The context of an agent as stored. A new field needs a default here or a migration (control/recovery/migrations.ts).
 */
export const agentRecord = z.strictObject({
  plan: agentPlan,
  intended,
  reports: z.record(z.string(), report),
  since: z.number(),
  reason: reason.nullable(),
  correlationId: z.string().nullable(),
}) satisfies z.ZodType<AgentContext>;
