import type { LaunchId, ServiceId } from './values/ids.ts';

/** What a service manager says to the host alone: a child that believed it would speak and be watched in its place. */
const FOR_THE_HOST_ALONE: ReadonlySet<string> = new Set([
  'NOTIFY_SOCKET',
  'WATCHDOG_PID',
  'WATCHDOG_USEC',
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
]);

/** Variables of the host that its children may see: everything but its own settings, which hold tokens, and its own manager. */
export function inheritable(base: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    const isKept = !name.startsWith('COREDINATOR_') && !FOR_THE_HOST_ALONE.has(name);
    if (value !== undefined && isKept) kept[name] = value;
  }
  return kept;
}

/** The variable that marks every process of a launch. */
export const LAUNCH_TAG = 'COREDINATOR_LAUNCH_ID';

/** Of what a process is told that it is a part. */
export interface LaunchSubject {
  readonly instanceId: string;
  readonly serviceId: ServiceId;
  /** Null: no agent owns the service. */
  readonly agentId: string | null;
  readonly generation: number;
  readonly launchId: LaunchId;
  /** Where the API answers, as seen by the process. */
  readonly hostUrl: string;
}

/** The COREDINATOR_* variables of a launch (contract 3.1), whatever engine makes it. */
export function launchVariables(subject: LaunchSubject): Readonly<Record<string, string>> {
  const { instanceId, serviceId, agentId, generation, launchId, hostUrl } = subject;
  return {
    COREDINATOR_INSTANCE: instanceId,
    COREDINATOR_SERVICE_ID: serviceId,
    ...(agentId === null ? {} : { COREDINATOR_AGENT_ID: agentId }),
    COREDINATOR_GENERATION: String(generation),
    [LAUNCH_TAG]: launchId,
    COREDINATOR_URL: hostUrl,
  };
}
