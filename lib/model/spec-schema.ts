import { z } from 'zod';

import { agentId, serviceId } from './id-schema.ts';
import { DEFAULT_LOGS, type AgentPlan, type ServiceSpec } from './spec.ts';

// These shapes read what earlier versions wrote. A field that is added to the model needs a default here (or a migration),
// or else every wish and every actor that was kept before is quarantined.

const millis = z.number().nonnegative();

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

/** A service spec inside a wish or an actor. */
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
  logs: z.strictObject({ maxBytes: z.number().positive(), keep: z.number().positive() }).default(DEFAULT_LOGS),
}) satisfies z.ZodType<ServiceSpec>;

/** An agent's plan inside a wish or an actor. */
export const agentPlan = z.strictObject({
  id: agentId,
  type: z.string(),
  configPath: z.string(),
  services: z.array(serviceSpec),
}) satisfies z.ZodType<AgentPlan>;
