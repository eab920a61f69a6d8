import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from './error-code.ts';

/**
 * The environment that a process was started with; null if it has ended, is a kernel thread, or belongs to another
 * user. The kernel needs a live thread for this: after pthread_exit in main() the other threads continue, but the entry
 * of the process itself is empty.
 */
export function environmentOf(pid: number): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    return environment === '' ? environmentOfThreads(pid) : environment;
  } catch (error) {
    return codeOf(error) === 'ESRCH' ? environmentOfThreads(pid) : null;
  }
}

function environmentOfThreads(pid: number): string | null {
  try {
    const others = readdirSync(`/proc/${pid}/task`).filter((thread) => Number(thread) !== pid);
    return others[0] === undefined ? null : readFileSync(`/proc/${pid}/task/${others[0]}/environ`, 'latin1');
  } catch {
    return null; // it has ended in the meantime
  }
}
