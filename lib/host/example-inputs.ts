import type { AgentInput } from '../actors/agent/context.ts';
import type { ServiceInput } from '../actors/service/context.ts';
import { NO_PROBES } from '../model/probe.ts';
import type { ServiceSpec } from '../model/spec.ts';
import { parseAgentId, parseServiceId } from '../model/values/ids.ts';
import { NO_LIMITS } from '../model/values/limits.ts';
import { AS_HOST } from '../model/values/run-as.ts';
import type { WebhookInput } from '../webhook/setup.ts';

const AGENT = parseAgentId('pump1');
const CONFIG_PATH = '/opt/plant/pump1.yaml';

/** A service with the default policies. */
const SPEC: ServiceSpec = {
  id: parseServiceId('pump1-corerl'),
  ...{ kind: 'corerl', agentId: AGENT, configPath: CONFIG_PATH, executable: 'corerl', version: null },
  ...{ args: [], env: {}, cwd: null, settleMs: 200, probes: NO_PROBES, dependsOn: [] },
  stop: { signal: 'SIGTERM', graceMs: 5_000 },
  logs: { maxBytes: 10 * 1024 * 1024, keep: 5 },
  output: 'separate',
  limits: NO_LIMITS,
  pod: null,
  ...AS_HOST,
  restart: {
    mode: 'always',
    backoff: { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0.2, resetAfterMs: 60_000 },
    intensity: { maxRestarts: 3, periodMs: 60_000 },
    recoverAfterMs: 30_000,
    successExitCodes: [0],
  },
};

/** An input for each machine of the host, of a plant that does not exist: what is exported with it is no secret. */
export const EXAMPLE_INPUTS = {
  service: { spec: SPEC, holders: ['agent:pump1'], intended: 'running' } satisfies ServiceInput,
  agent: {
    plan: {
      ...{ id: AGENT, type: 'default', configPath: CONFIG_PATH, strategy: 'one_for_one', services: [SPEC] },
      asked: { agentType: null, coreioId: null },
    },
  } satisfies AgentInput,
  webhook: {
    spec: { name: 'shift', giveUpAfterMs: null },
    revision: '1',
    place: { name: 'shift', position: 0, failingSince: null, goneRevision: null },
    mutes: [],
  } satisfies WebhookInput,
} as const;
