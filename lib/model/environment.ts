import type { LaunchId, ServiceId } from './values/ids.ts';

/**
 * Variables that a service manager sets for the host alone: a child that used them would be watched in the host's
 * place.
 */
const HOST_ONLY: ReadonlySet<string> = new Set([
  'NOTIFY_SOCKET',
  'WATCHDOG_PID',
  'WATCHDOG_USEC',
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
]);

/**
 * The host variables that its children inherit: all except its own settings, which hold tokens, and those of its
 * service manager.
 */
export function inheritable(base: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    const isKept = !name.startsWith('COREDINATOR_') && !HOST_ONLY.has(name);
    if (value !== undefined && isKept) kept[name] = value;
  }
  return kept;
}

/** The variables that `login` sets according to the user. */
const LOGIN_VARIABLES = ['USER', 'LOGNAME', 'HOME', 'SHELL'] as const;

/**
 * The inherited variables of a program that runs as another user than the host. As with `User=` of systemd, the login
 * variables are those of that user; they are absent if it has no account (null).
 */
export function inheritedAs(
  login: { readonly name: string; readonly home: string; readonly shell: string } | null,
  inherited: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const others = Object.entries(inherited).filter(([name]) => !LOGIN_VARIABLES.some((known) => known === name));
  const own = login === null ? {} : { USER: login.name, LOGNAME: login.name, HOME: login.home, SHELL: login.shell };
  return { ...Object.fromEntries(others), ...own };
}

/** The variable that tags every process of a launch. */
export const LAUNCH_TAG = 'COREDINATOR_LAUNCH_ID';
/**
 * The variables that name the host which made a launch, so that it is recognized even if the state directory is lost.
 */
export const ORIGIN_BASE = 'COREDINATOR_ORIGIN_BASE';
export const ORIGIN_STATE = 'COREDINATOR_ORIGIN_STATE';

/** The launch that a process belongs to, as passed in its environment. */
export interface LaunchSubject {
  readonly instanceId: string;
  readonly serviceId: ServiceId;
  /** Null: no agent owns the service. */
  readonly agentId: string | null;
  readonly generation: number;
  readonly launchId: LaunchId;
  /** The URL of the API, as seen from the process. */
  readonly hostUrl: string;
  readonly origin: LaunchOrigin;
}

/** The host that makes a launch. Absolute paths. */
export interface LaunchOrigin {
  readonly basePath: string;
  readonly stateDir: string;
}

/** The COREDINATOR_* variables of a launch (contract 3.1), the same for every engine. */
export function launchVariables(subject: LaunchSubject): Readonly<Record<string, string>> {
  const { instanceId, serviceId, agentId, generation, launchId, hostUrl, origin } = subject;
  return {
    COREDINATOR_INSTANCE: instanceId,
    COREDINATOR_SERVICE_ID: serviceId,
    ...(agentId === null ? {} : { COREDINATOR_AGENT_ID: agentId }),
    COREDINATOR_GENERATION: String(generation),
    [LAUNCH_TAG]: launchId,
    COREDINATOR_URL: hostUrl,
    [ORIGIN_BASE]: origin.basePath,
    [ORIGIN_STATE]: origin.stateDir,
  };
}
