import { readFileSync } from 'node:fs';

/** Whether a process with this pid is alive; a zombie is not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(stat[stat.lastIndexOf(')') + 2] ?? 'X');
  } catch {
    return false;
  }
}

/** A process in contrast to a later one with the same pid. */
export interface KnownProcess {
  readonly pid: number;
  /** When it started, in ticks since the boot; null: it has ended. */
  readonly startedAt: string | null;
}

/** The process that has this pid now. */
export function processAt(pid: number): KnownProcess {
  return { pid, startedAt: isAlive(pid) ? startOf(pid) : null };
}

/** Whether that process is still alive. */
export function isStillAlive({ pid, startedAt }: KnownProcess): boolean {
  return startedAt !== null && isAlive(pid) && startOf(pid) === startedAt;
}

function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
