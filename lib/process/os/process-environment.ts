import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from './error-code.ts';
import { statFields } from './process-identity.ts';

/** How long a process may take to replace its program before its environment counts as unreadable. */
const EXEC_TAKES_MS = 200;
/** The pause before it is read again, because it may wait for this processor. */
const PAUSE_MS = 1;

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/** The flag PF_KTHREAD of a kernel thread (include/linux/sched.h). */
const KERNEL_THREAD = 0x00200000;

/**
 * The environment that a process was started with; null if it has ended, is a kernel thread, or belongs to another
 * user. The kernel needs a live thread for this: after pthread_exit in main() the other threads continue, but the entry
 * of the process itself is empty.
 *
 * During execve() the kernel returns an empty environment for up to about 100 µs, between the removal of the old
 * memory and the end of create_elf_tables() in fs/binfmt_elf.c. Such a process is read again.
 */
export function environmentOf(pid: number): string | null {
  try {
    for (const until = performance.now() + EXEC_TAKES_MS; ;) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      if (environment !== '') return environment;
      const reason = reasonOfEmpty(pid);
      if (reason === 'main thread has ended') return environmentOfThreads(pid);
      if (reason === 'is empty') return '';
      if (reason === 'no memory' || performance.now() > until) return null;
      Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
    }
  } catch (error) {
    return codeOf(error) === 'ESRCH' ? environmentOfThreads(pid) : null;
  }
}

function reasonOfEmpty(pid: number): 'main thread has ended' | 'no memory' | 'is empty' | 'execve' {
  const fields = statFields(pid, 49);
  if (fields === null) return 'no memory';
  if (fields[0] === 'Z' || fields[0] === 'X') return 'main thread has ended';
  if ((Number(fields[6]) & KERNEL_THREAD) !== 0) return 'no memory';
  const [endOfCode, startOfEnvironment, endOfEnvironment] = [fields[24], fields[47], fields[48]];
  // The first of these is set last, and is 0 until then.
  return endOfCode !== '0' && startOfEnvironment === endOfEnvironment ? 'is empty' : 'execve';
}

function environmentOfThreads(pid: number): string | null {
  try {
    const others = readdirSync(`/proc/${pid}/task`).filter((thread) => Number(thread) !== pid);
    return others[0] === undefined ? null : readFileSync(`/proc/${pid}/task/${others[0]}/environ`, 'latin1');
  } catch {
    return null; // it has ended in the meantime
  }
}
