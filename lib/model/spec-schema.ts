import { z } from 'zod';

import type { PodSpec } from './engine.ts';
import type { VersionPin } from './intention.ts';
import { NO_PROBES, type ProbesSpec } from './probe.ts';
import { CONDITIONS, DEFAULT_LOGS, OUTPUT_MODES, type AgentPlan, type ServiceSpec } from './spec.ts';
import { agentId, serviceId } from './values/id-schema.ts';

import { resourceLimits } from './values/limits-schema.ts';
import { NO_LIMITS } from './values/limits.ts';
import { AS_HOST } from './values/run-as.ts';

// These schemas read what earlier versions wrote. A field added to the model needs a default here (or a migration);
// otherwise every stored intention and actor is quarantined.

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
  intensity: z.strictObject({ maxRestarts: z.number(), periodMs: millis }).nullable(),
  recoverAfterMs: millis.nullable(),
  successExitCodes: z.array(z.number()),
});

const address = { host: z.string(), port: z.int(), portName: z.string().exactOptional() };
const check = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('http'),
    ...address,
    path: z.string(),
    status: z.array(z.strictObject({ from: z.int(), to: z.int() })).readonly(),
  }),
  z.strictObject({ type: z.literal('tcp'), ...address }),
  z.strictObject({ type: z.literal('exec'), command: z.array(z.string()).readonly() }),
  z.strictObject({ type: z.literal('log_line'), pattern: z.string() }),
]);
const probe = z
  .strictObject({
    check,
    initialDelayMs: millis,
    periodMs: millis,
    timeoutMs: millis,
    successThreshold: z.int().positive(),
    failureThreshold: z.int().positive(),
  })
  .nullable();
const probes = z.strictObject({
  startup: probe,
  readiness: probe,
  liveness: probe,
}) satisfies z.ZodType<ProbesSpec>;

const volume = z.strictObject({
  path: z.string(),
  isReadOnly: z.boolean(),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('claim'), name: z.string() }),
    z.strictObject({ type: z.literal('host_path'), path: z.string() }),
  ]),
});
const resources = z.strictObject({
  cpuMillis: z.int().positive().nullable(),
  memoryBytes: z.int().positive().nullable(),
});
const pod = z.strictObject({
  image: z.string().nullable(),
  volumes: z.array(volume).nullable(),
  nodeSelector: z.record(z.string(), z.string()).nullable(),
  serviceAccount: z.string().nullable(),
  requests: resources,
  limits: resources,
}) satisfies z.ZodType<PodSpec>;

/** A dependency inside a spec. */
export const dependencySpec = z.strictObject({ serviceId, condition: z.enum(CONDITIONS) });

/** A service spec inside an intention or an actor. */
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
  probes: probes.default(NO_PROBES),
  stop: z.strictObject({ signal: z.templateLiteral(['SIG', z.string()]), graceMs: millis }),
  dependsOn: z.array(dependencySpec),
  logs: z.strictObject({ maxBytes: z.number().positive(), keep: z.number().positive() }).default(DEFAULT_LOGS),
  output: z.enum(OUTPUT_MODES).default('separate'),
  limits: resourceLimits.default(NO_LIMITS),
  pod: pod.nullable().default(null),
  user: z.string().nullable().default(AS_HOST.user),
  group: z.string().nullable().default(AS_HOST.group),
}) satisfies z.ZodType<ServiceSpec>;

/** The pin of a service inside an intention or an actor. */
export const versionPin = z.strictObject({
  version: z.string().min(1),
  since: z.number(),
  actor: z.string().nullable(),
}) satisfies z.ZodType<VersionPin>;

const asked = z.strictObject({ agentType: z.string().nullable(), coreioId: z.string().nullable() });

/** An agent's plan inside an intention or an actor. */
export const agentPlan = z.strictObject({
  id: agentId,
  type: z.string(),
  configPath: z.string(),
  strategy: z.enum(['one_for_one', 'one_for_all', 'rest_for_one']).default('one_for_one'),
  asked: asked.default({ agentType: null, coreioId: null }),
  services: z.array(serviceSpec),
}) satisfies z.ZodType<AgentPlan>;
