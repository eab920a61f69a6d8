import type { Condition, ContainerState, Pod, PodStatus } from '../../../lib/kubernetes/api/objects.ts';
import { ANNOTATIONS, FINALIZER } from '../../../lib/kubernetes/pods/names.ts';
import { parseLaunchId, type ServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';

/** A request for a launch in a pod. */
export function podRequest(serviceId: ServiceId, generation: number): LaunchRequest {
  return {
    ...{ serviceId, agentId: null, generation, executablePath: '/opt/plant/pump-1.2.3', version: '1.2.3' },
    ...{ args: [], env: {}, cwd: null, stop: { signal: 'SIGTERM', graceMs: 5_000 }, limits: NO_LIMITS },
    ...{ maxLogBytes: 1024 ** 2, output: 'separate', ...AS_HOST },
  };
}

export const LAUNCH_ID = parseLaunchId('a'.repeat(32));

/** A pod of the service "pump", as the API gives it. */
export function podWith(
  state: ContainerState | null,
  status: PodStatus = {},
  metadata: Partial<Pod['metadata']> = {},
): Pod {
  return {
    metadata: {
      name: 'pump-0123456789',
      uid: 'uid-1',
      finalizers: [FINALIZER],
      annotations: {
        [ANNOTATIONS.service]: 'pump',
        [ANNOTATIONS.launch]: LAUNCH_ID,
        [ANNOTATIONS.generation]: '3',
        [ANNOTATIONS.executable]: '/opt/plant/pump-1.2.3',
      },
      ...metadata,
    },
    spec: { nodeName: 'n2', terminationGracePeriodSeconds: 7 },
    status: { ...(state === null ? {} : { containerStatuses: [{ name: 'main', state }] }), ...status },
  };
}

export function condition(type: string, status: string, reason = '', message = ''): Condition {
  return { type, status, reason, message };
}

/** The record that the shim writes at the end. */
export function recordOf(fields: object): string {
  return `${JSON.stringify({ launch: LAUNCH_ID, pid: 7, core: 0, exec_errno: 0, max_rss: 1, cpu_ms: 2, ...fields })}\n`;
}
