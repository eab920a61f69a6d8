import { existsSync, readFileSync } from 'node:fs';
import { fail, ok, skipped, warn, type Check, type Finding, type CheckContext } from '../check.ts';
import { killModeOf } from '../systemctl.ts';

/** The process whose unit is checked: the running host, or this command. */
export interface ManagedProcess {
  readonly pid: number;
  readonly isHost: boolean;
  /** The content of /proc/PID/cgroup; null: unreadable. */
  readonly cgroups: string | null;
  /** The name of process 1. */
  readonly init: string;
}

/** A systemd unit, of the system or of a user. */
export interface Unit {
  readonly name: string;
  readonly isUserUnit: boolean;
}

/** The innermost unit in the text of /proc/PID/cgroup; null: none. */
export function unitIn(cgroups: string): Unit | null {
  for (const line of cgroups.split('\n')) {
    const path = /^\d+:(?:name=systemd)?:(\/.*)$/.exec(line)?.[1] ?? '';
    const name = path.split('/').findLast((part) => /\.(service|scope)$/.test(part));
    if (name !== undefined) return { name, isUserUnit: /\/user@\d+\.service\//.test(path) };
  }
  return null;
}

const REMEDY = '`coredinator install-service` writes a unit that does not stop the services.';

/** Checks what happens to the services when the host ends; `killMode` null: unknown. */
export function judgeUnit(managed: ManagedProcess, unit: Unit | null, killMode: string | null): Finding {
  const who = managed.isHost ? `The host (pid ${managed.pid})` : 'This command';
  if (managed.isHost && managed.pid === 1) {
    return warn(
      'The host is process 1 of its container, so all services end with it.',
      'Use another process as process 1 (docker run --init). A restart of the container still restarts every service.',
    );
  }
  if (managed.init !== 'systemd')
    return skipped(`Process 1 is ${managed.init}, not systemd. Make sure that only the host gets its signals.`);
  if (unit === null) return ok(`${who} is not part of a systemd unit.`);
  if (unit.name.endsWith('.scope')) {
    return ok(`${who} is part of a session (${unit.name}); a permanent host should have a unit. ${REMEDY}`);
  }
  if (killMode === null) return skipped(`${who} is part of ${unit.name}, whose KillMode is unknown.`);
  if (killMode === 'process' || killMode === 'none')
    return ok(`${who} is part of ${unit.name}, which has KillMode=${killMode}.`);
  const harm = `${unit.name} has KillMode=${killMode}, so systemd kills the services when it stops or restarts the unit.`;
  const remedy = `Set KillMode=process in ${unit.name} (systemctl edit ${unit.name}), then systemctl daemon-reload. ${REMEDY}`;
  return managed.isHost ? fail(harm, remedy) : warn(`${harm} A host started from here would be part of it.`, remedy);
}

function managedProcess({ lock }: CheckContext): ManagedProcess {
  const host = lock.isHeld ? lock.pid : null;
  const pid = host ?? process.pid;
  const read = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);
  return {
    pid,
    isHost: host !== null,
    cgroups: read(`/proc/${pid}/cgroup`),
    init: read('/proc/1/comm')?.trim() ?? 'unknown',
  };
}

/** Whether the service manager would stop the services together with the host. */
export const serviceManager: Check = {
  id: 'service_manager',
  title: 'Service manager',
  engines: ['local'],
  examine: async (context) => {
    if (process.platform !== 'linux') return skipped(`Not checked on ${process.platform}.`);
    const managed = managedProcess(context);
    const unit = unitIn(managed.cgroups ?? '');
    return judgeUnit(managed, unit, unit?.name.endsWith('.service') === true ? await killModeOf(unit) : null);
  },
};
