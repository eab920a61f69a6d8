import { NO_PROBES, type ProbeSpec, type ProbesSpec } from '../../../lib/model/probe.ts';
import type { AgentPlan, ServiceSpec } from '../../../lib/model/spec.ts';
import { parseAgentId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';

type Overrides = Partial<Omit<ServiceSpec, 'id' | 'agentId' | 'restart' | 'probes'>> & {
  readonly probes?: Partial<ProbesSpec>;
  readonly agentId?: string | null;
  readonly restart?: Partial<ServiceSpec['restart']>;
};

/** A service spec with the default policies of the contract and without jitter; `overrides` are what a spec tests. */
export function serviceSpec(id: string, overrides: Overrides = {}): ServiceSpec {
  const { agentId = null, restart, probes, ...rest } = overrides;
  return {
    id: parseServiceId(id),
    kind: id.slice(id.lastIndexOf('-') + 1),
    agentId: agentId === null ? null : parseAgentId(agentId),
    configPath: null,
    executable: 'program',
    version: null,
    args: [],
    env: {},
    cwd: null,
    settleMs: 200,
    probes: { ...NO_PROBES, ...probes },
    stop: { signal: 'SIGTERM', graceMs: 5_000 },
    dependsOn: [],
    logs: { maxBytes: 10 * 1024 * 1024, keep: 5 },
    output: 'separate',
    limits: NO_LIMITS,
    pod: null,
    ...AS_HOST,
    restart: {
      mode: 'always',
      backoff: { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0, resetAfterMs: 60_000 },
      intensity: { maxRestarts: 3, periodMs: 60_000 },
      recoverAfterMs: 30_000,
      successExitCodes: [0],
      ...restart,
    },
    ...rest,
  };
}

/** A probe every second with the thresholds of Kubernetes. */
export const PROBE: ProbeSpec = {
  check: { type: 'http', host: '127.0.0.1', port: 7100, path: '/api/healthcheck', status: [{ from: 200, to: 399 }] },
  ...{ initialDelayMs: 0, periodMs: 1_000, timeoutMs: 500, successThreshold: 1, failureThreshold: 3 },
};

/** The default agent: its own coreio, and a corerl that depends on it. */
export function agentPlan(
  id: string,
  options: { readonly configPath?: string; readonly coreioId?: string } = {},
): AgentPlan {
  const configPath = options.configPath ?? `/plant/${id}.yaml`;
  const coreioId = parseServiceId(options.coreioId ?? `${id}-coreio`);
  const isShared = options.coreioId !== undefined;
  return {
    id: parseAgentId(id),
    type: 'default',
    configPath,
    strategy: 'one_for_one',
    asked: { agentType: null, coreioId: options.coreioId ?? null },
    services: [
      { ...serviceSpec(coreioId, { configPath, agentId: isShared ? null : id }), kind: 'coreio' },
      serviceSpec(`${id}-corerl`, {
        configPath,
        agentId: id,
        dependsOn: [{ serviceId: coreioId, condition: 'started' }],
      }),
    ],
  };
}
