import { existsSync, readFileSync } from 'node:fs';
import { fail, ok, skipped, warn, type Check, type Finding, type Patient } from '../check.ts';
import { killModeOf } from '../systemctl.ts';

/** What holds the process that is looked at: the running host, else this command. */
export interface Holder {
  readonly pid: number;
  readonly isHost: boolean;
  /** Its /proc/PID/cgroup; null: it cannot be read. */
  readonly cgroups: string | null;
  /** The name of process 1. */
  readonly init: string;
}

/** A unit of systemd, of the machine or of a user. */
export interface Unit {
  readonly name: string;
  readonly isOfUser: boolean;
}

/** The innermost unit in the text of /proc/PID/cgroup; null: no unit. */
export function unitIn(cgroups: string): Unit | null {
  for (const line of cgroups.split('\n')) {
    const path = /^\d+:(?:name=systemd)?:(\/.*)$/.exec(line)?.[1] ?? '';
    const name = path.split('/').findLast((part) => /\.(service|scope)$/.test(part));
    if (name !== undefined) return { name, isOfUser: /\/user@\d+\.service\//.test(path) };
  }
  return null;
}

const REMEDY = '`coredinator install-service` writes a unit that leaves the services alone.';

/** Judges what would become of the services when the host ends; `killMode` null: systemd does not say. */
export function judgeHolder(holder: Holder, unit: Unit | null, killMode: string | null): Finding {
  const who = holder.isHost ? `The host (pid ${holder.pid})` : 'This command';
  if (holder.isHost && holder.pid === 1) {
    return warn(
      'The host is process 1 of its container, so all services end with it.',
      'Let another process be process 1 (docker run --init), and expect that a restart of the container restarts every service.',
    );
  }
  if (holder.init !== 'systemd')
    return skipped(`Process 1 is ${holder.init}, not systemd. Make sure that it signals only the host.`);
  if (unit === null) return ok(`${who} runs in no systemd unit.`);
  if (unit.name.endsWith('.scope')) {
    return ok(`${who} runs in a session (${unit.name}); a permanent host should run in a unit. ${REMEDY}`);
  }
  if (killMode === null) return skipped(`${who} runs in ${unit.name}, and systemctl does not say its KillMode.`);
  if (killMode === 'process' || killMode === 'none')
    return ok(`${who} runs in ${unit.name}, with KillMode=${killMode}.`);
  const harm = `${unit.name} has KillMode=${killMode}, so systemd kills the services when it stops or restarts the unit.`;
  const remedy = `Set KillMode=process in ${unit.name} (systemctl edit ${unit.name}), then systemctl daemon-reload. ${REMEDY}`;
  return holder.isHost ? fail(harm, remedy) : warn(`${harm} A host that is started here is in it too.`, remedy);
}

function holderOf({ lock }: Patient): Holder {
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

/** Whether what starts the host would take its services down with it. */
export const serviceManager: Check = {
  id: 'service_manager',
  title: 'Service manager',
  examine: async (patient) => {
    if (process.platform !== 'linux') return skipped(`Not checked on ${process.platform}.`);
    const holder = holderOf(patient);
    const unit = unitIn(holder.cgroups ?? '');
    return judgeHolder(holder, unit, unit?.name.endsWith('.service') === true ? await killModeOf(unit) : null);
  },
};
