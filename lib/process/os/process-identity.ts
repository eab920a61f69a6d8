import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { codeOf } from './error-code.ts';

/** Identifies one process unambiguously within one boot: pids are reused, but start times only grow. */
export interface Identity {
  readonly pid: number;
  readonly start: string;
}

/** The identity of no process, if the real one is unknown. */
export const NO_PROCESS: Identity = { pid: 0, start: '' };

/** The id of this boot; empty if the system has none. */
export function bootId(): string {
  if (process.platform !== 'linux') return '';
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** One process, as listed by the system. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly start: string;
  /** Ended with all its threads, whether reaped or not. */
  readonly isDead: boolean;
}

const buffer = Buffer.alloc(4096);

/** It has ended or belongs to another user: not ours in either case. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Reads a /proc file, up to one page; null if the process is gone. */
function readProc(file: string): string | null {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if (GONE.has(codeOf(error))) return null;
    throw error; // no free descriptor, for instance: a guess that it is gone would launch a second process
  }
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch {
    return null; // it ended between open and read
  } finally {
    closeSync(fd);
  }
}

/**
 * The fields of /proc/PID/stat from the third (the state) on, by default to the 24th (the resident set); null if there
 * is no such process.
 */
export function statFields(pid: number, count = 22): readonly string[] | null {
  const text = readProc(`/proc/${pid}/stat`);
  // The name is in parentheses and may itself contain spaces and parentheses.
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ', count);
}

/** The process described by the fields of /proc/PID/stat; null if they are incomplete. */
export function statOf(pid: number, fields: readonly string[]): ProcessStat | null {
  const [state, parent, group, session] = fields;
  const [threads, , start] = fields.slice(17, 20);
  if (start === undefined) return null;
  // After pthread_exit in main() a process shows as a zombie for as long as its other threads continue.
  const isDead = state === 'X' || (state === 'Z' && !(Number(threads) > 1));
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), start, isDead };
}

/** The process with this pid, from /proc; null if there is none. */
export function procStat(pid: number): ProcessStat | null {
  const fields = statFields(pid);
  return fields === null ? null : statOf(pid, fields);
}

/** The processes that `ps` lists for a selection (`-A`, or `-p` and pids). */
export function psStats(selection: readonly string[]): readonly ProcessStat[] {
  const columns = ['-o', 'pid=', '-o', 'ppid=', '-o', 'pgid=', '-o', 'stat=', '-o', 'lstart='];
  const env = { ...process.env, LC_ALL: 'C' };
  let text: string;
  try {
    text = execFileSync('ps', [...selection, ...columns], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return []; // ps exits with 1 if none of the pids exists
  }
  return text.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...start] = line.trim().split(/\s+/);
    if (pid === undefined || state === undefined) return [];
    const isDead = state.startsWith('Z');
    const ids = { pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(group) };
    return [{ ...ids, start: start.join(' '), isDead }];
  });
}

function exists(pid: number): boolean {
  if (pid <= 0) return false; // denotes a group, not a process
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH; EPERM would be a process of another user
  }
}

function sameStart(stat: ProcessStat | null | undefined, start: string): boolean {
  // `ps` pads the day of the month with a space.
  return stat != null && !stat.isDead && stat.start === start.trim().replace(/\s+/g, ' ');
}

/**
 * Those among `identities` whose process, and not another one with the same pid, is alive. Linux reads /proc, other
 * POSIX systems call `ps` once for all; on Windows only the pid is checked.
 */
export function livingOf(identities: readonly Identity[]): ReadonlySet<Identity> {
  if (process.platform === 'linux') {
    return new Set(identities.filter(({ pid, start }) => sameStart(procStat(pid), start)));
  }
  if (process.platform === 'win32' || identities.length === 0) {
    return new Set(identities.filter(({ pid }) => exists(pid)));
  }
  const stats = new Map(psStats(['-p', identities.map(({ pid }) => pid).join(',')]).map((stat) => [stat.pid, stat]));
  return new Set(identities.filter(({ pid, start }) => sameStart(stats.get(pid), start)));
}

/**
 * Whether a process with this pid has a program; one that has ended, reaped or not, has none. A third of the time that
 * {@link livingOf} takes, but another process may have got the pid, and false may also mean that it cannot be seen: it belongs to
 * another user, or the system is not Linux.
 */
export function hasProgram(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    readlinkSync(`/proc/${pid}/exe`); // its target is not followed: it may be on a file system that does not respond
    return true;
  } catch {
    return false;
  }
}

/** The pids of those. Only {@link livingOf} distinguishes two processes that had the same pid one after the other. */
export function livingAmong(identities: readonly Identity[]): ReadonlySet<number> {
  return new Set([...livingOf(identities)].map(({ pid }) => pid));
}

/** Whether exactly this process is alive. */
export function isLiving(identity: Identity | null): boolean {
  return identity !== null && livingAmong([identity]).has(identity.pid);
}

/** The state of a process; `awake` on systems other than Linux; null if it is not alive. */
export function stateOf(identity: Identity): 'stopped' | 'stuck' | 'awake' | null {
  if (process.platform !== 'linux') return isLiving(identity) ? 'awake' : null;
  const fields = statFields(identity.pid);
  if (fields === null || !sameStart(statOf(identity.pid, fields), identity.start)) return null;
  if (fields[0] === 'T') return 'stopped';
  return fields[0] === 'D' || fields[0] === 't' ? 'stuck' : 'awake';
}
