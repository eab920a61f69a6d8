import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import { hardLimit } from './proc-limits.ts';

/** The host with its threads, its launcher, and other processes of the same user. */
const HOST_TASKS = 100;
/** The shim, and a program with a dozen threads. */
const TASKS_PER_SERVICE = 16;

/** The limits for the number of processes and threads; null: none. */
export interface TaskLimits {
  /** Of the user, for all services together (`ulimit -u`); does not apply to root. */
  readonly user: number | null;
  readonly isRoot: boolean;
  /** Of the control group and its parents (`pids.max`). */
  readonly group: number | null;
}

/** Checks the limits for a number of services. */
export function judgeProcesses({ user, isRoot, group }: TaskLimits, services: number): Finding {
  const needed = HOST_TASKS + TASKS_PER_SERVICE * services;
  if (group !== null && group < needed) {
    return warn(
      `The control group is limited to ${group} processes and threads, but ${services} services may need up to ${needed}.`,
      'Raise it: TasksMax=infinity in the unit, --pids-limit=-1 for a container.',
    );
  }
  if (user !== null && !isRoot && user < needed) {
    return warn(
      `This user is limited to ${user} processes and threads, but ${services} services may need up to ${needed}.`,
      'Raise it: LimitNPROC=infinity in the unit, or nproc in /etc/security/limits.conf.',
    );
  }
  const lowest = Math.min(group ?? Infinity, isRoot ? Infinity : (user ?? Infinity));
  return ok(
    Number.isFinite(lowest) ? `The limit is ${lowest} processes and threads.` : 'There is no limit on processes.',
  );
}

/**
 * The lowest `pids.max` of the groups in the text of /proc/self/cgroup, where `read` returns the content of a file;
 * null: none.
 */
export function groupLimit(cgroups: string, read: (file: string) => string | null): number | null {
  let lowest = Infinity;
  for (const line of cgroups.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || (controllers !== '' && controllers !== 'pids')) continue;
    const root = controllers === 'pids' ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
    for (let group = path; ; group = dirname(group)) {
      const limit = Number(read(join(root, group, 'pids.max'))?.trim() ?? NaN); // `max` is not a number
      if (Number.isSafeInteger(limit)) lowest = Math.min(lowest, limit);
      if (group === '/') break;
    }
  }
  return Number.isFinite(lowest) ? lowest : null;
}

/** Whether a host may have enough processes for its services. */
export const processes: Check = {
  id: 'processes',
  title: 'Processes and threads',
  engines: ['local'],
  examine: ({ services }) => {
    if (process.platform !== 'linux') return skipped(`Not checked on ${process.platform}.`);
    const cgroups = readFileSync('/proc/self/cgroup', 'utf8');
    const group = groupLimit(cgroups, (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null));
    return judgeProcesses({ user: hardLimit('Max processes'), isRoot: process.getuid?.() === 0, group }, services);
  },
};
