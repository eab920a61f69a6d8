import { parseAgentId, parseServiceId } from '../../lib/model/ids.ts';
import type { AgentPlan, ServiceSpec } from '../../lib/model/spec.ts';

type Overrides = Partial<Omit<ServiceSpec, 'id' | 'agentId' | 'restart'>> & {
  readonly agentId?: string | null;
  readonly restart?: Partial<ServiceSpec['restart']>;
};

/** A service spec with the default policies of the contract and no jitter; `overrides` replace what a spec is about. */
export function serviceSpec(id: string, overrides: Overrides = {}): ServiceSpec {
  const { agentId = null, restart, ...rest } = overrides;
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
    stop: { signal: 'SIGTERM', graceMs: 5_000 },
    dependsOn: [],
    logs: { maxBytes: 10 * 1024 * 1024, keep: 5 },
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
