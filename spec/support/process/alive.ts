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
