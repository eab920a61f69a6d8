import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import { hardLimit } from './proc-limits.ts';

/** The host with its threads, its launcher, and what else the same user runs. */
const FOR_THE_HOST = 100;
/** Its shim, and a program with a dozen threads. */
const FOR_EACH_SERVICE = 16;

/** What limits the number of processes and threads; null: nothing. */
export interface TaskLimits {
  /** Of the user, all services together (`ulimit -u`); it does not hold for root. */
  readonly user: number | null;
  readonly isRoot: boolean;
  /** Of the control group and those above it (`pids.max`). */
  readonly group: number | null;
}

/** Judges the limits for a number of services. */
export function judgeProcesses({ user, isRoot, group }: TaskLimits, services: number): Finding {
  const needed = FOR_THE_HOST + FOR_EACH_SERVICE * services;
  if (group !== null && group < needed) {
    return warn(
      `The control group may have ${group} processes and threads, and ${services} services may need ${needed}.`,
      'Raise it: TasksMax=infinity in the unit, --pids-limit=-1 for a container.',
    );
  }
  if (user !== null && !isRoot && user < needed) {
    return warn(
      `This user may have ${user} processes and threads, and ${services} services may need ${needed}.`,
      'Raise it: LimitNPROC=infinity in the unit, or nproc in /etc/security/limits.conf.',
    );
  }
  const least = Math.min(group ?? Infinity, isRoot ? Infinity : (user ?? Infinity));
  return ok(Number.isFinite(least) ? `At most ${least} processes and threads.` : 'There is no limit on processes.');
}

/** The least `pids.max` of the groups in the text of /proc/self/cgroup, by what `read` gives for a file; null: none. */
export function groupLimit(cgroups: string, read: (file: string) => string | null): number | null {
  let least = Infinity;
  for (const line of cgroups.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || (controllers !== '' && controllers !== 'pids')) continue;
    const root = controllers === 'pids' ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
    for (let group = path; ; group = dirname(group)) {
      const limit = Number(read(join(root, group, 'pids.max'))?.trim() ?? NaN); // `max` is no number
      if (Number.isSafeInteger(limit)) least = Math.min(least, limit);
      if (group === '/') break;
    }
  }
  return Number.isFinite(least) ? least : null;
}

/** Whether a host may have as many processes as its services need. */
export const processes: Check = {
  id: 'processes',
  title: 'Processes and threads',
  examine: ({ services }) => {
    if (process.platform !== 'linux') return skipped(`Not checked on ${process.platform}.`);
    const cgroups = readFileSync('/proc/self/cgroup', 'utf8');
    const group = groupLimit(cgroups, (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null));
    return judgeProcesses({ user: hardLimit('Max processes'), isRoot: process.getuid?.() === 0, group }, services);
  },
};
