import { z } from 'zod';

import { parseAgentId, parseServiceId } from '../model/ids.ts';
import type { AgentPlan, ServiceSpec } from '../model/spec.ts';
import { parsedBy } from './parsing.ts';

// These shapes read what earlier versions wrote. A field that is added to the model needs a default here (or a migration),
// or else every wish that was kept before is quarantined.

const millis = z.number().nonnegative();
const agentId = parsedBy(parseAgentId);
const serviceId = parsedBy(parseServiceId);

const restart = z.strictObject({
  mode: z.enum(['never', 'on_failure', 'always']),
  backoff: z.strictObject({
    initialMs: millis,
    factor: z.number(),
    maxMs: millis,
    jitter: z.number(),
    resetAfterMs: millis,
  }),
  intensity: z.strictObject({ maxRestarts: z.number(), periodMs: millis }),
  recoverAfterMs: millis.nullable(),
  successExitCodes: z.array(z.number()),
});

/** A service spec inside a wish. */
export const serviceSpec = z.strictObject({
  id: serviceId,
  kind: z.string(),
  agentId: agentId.nullable(),
  configPath: z.string().nullable(),
  executable: z.string(),
  version: z.string().nullable(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string().nullable(),
  restart,
  settleMs: millis,
  stop: z.strictObject({ signal: z.templateLiteral(['SIG', z.string()]), graceMs: millis }),
  dependsOn: z.array(z.strictObject({ serviceId, condition: z.literal('started') })),
}) satisfies z.ZodType<ServiceSpec>;

/** An agent's plan inside a wish. */
export const agentPlan = z.strictObject({
  id: agentId,
  type: z.string(),
  configPath: z.string(),
  services: z.array(serviceSpec),
}) satisfies z.ZodType<AgentPlan>;
