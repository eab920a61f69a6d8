import { NO_PROBES } from '../../model/probe.ts';
import type { LaunchStatus } from '../../model/process.ts';
import { DEFAULT_LOGS, DEFAULT_STOP, type ServiceSpec } from '../../model/spec.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { NO_LIMITS } from '../../model/values/limits.ts';
import { AS_HOST } from '../../model/values/run-as.ts';
import { serviceRef, type SupervisorRef } from '../actors.ts';
import type { Intentions } from '../intentions.ts';

/** Has no effect: the service is never launched again. */
const NO_RESTARTS: ServiceSpec['restart'] = {
  mode: 'never',
  backoff: { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0, resetAfterMs: 60_000 },
  intensity: { maxRestarts: 0, periodMs: 60_000 },
  recoverAfterMs: null,
  successExitCodes: [0],
};

/**
 * The spec of a service of which only the process is known. It can be shown, observed and stopped, but never launched:
 * its arguments and its environment are unknown.
 */
export function orphanSpec(id: ServiceId, executablePath: string): ServiceSpec {
  const program = executablePath.replace(/^.*[/\\]/, '') || id;
  return {
    ...{ id, kind: program, executable: program, agentId: null, configPath: null, version: null, cwd: null },
    ...{ args: [], env: {}, restart: NO_RESTARTS, settleMs: 0, probes: NO_PROBES, dependsOn: [] },
    ...{ stop: DEFAULT_STOP, logs: DEFAULT_LOGS, output: 'separate', limits: NO_LIMITS, pod: null, ...AS_HOST },
  };
}

/** Creates actors for adopted processes whose service neither an intention nor a stored actor names. */
export function ensureOrphans(
  root: SupervisorRef,
  intentions: Intentions,
  statuses: ReadonlyMap<ServiceId, LaunchStatus>,
): void {
  const known = intentions.entries();
  const orphans = [...statuses].flatMap(([id, status]) => {
    const isUnknown = !known.has(id) && serviceRef(root, id) === undefined;
    return isUnknown && status.status === 'alive' ? [{ id, path: status.launch.executablePath }] : [];
  });
  const services = orphans.map(({ id, path }) => {
    return { spec: orphanSpec(id, path), holders: ['orphan'], intended: 'running' } as const;
  });
  if (services.length > 0) root.send({ type: 'supervisor.ensure', services, agents: [] });
}
