import { codeOf } from './error-code.ts';

/** Sends a signal to the group of a process; false if it has ended. Throws if that is not permitted. */
export function signalGroup(pid: number, signal: number): boolean {
  // Without setsid (shell shim outside Linux) the main process is not a group leader.
  return (process.platform !== 'win32' && sent(-pid, signal)) || sent(pid, signal);
}

function sent(pid: number, signal: number): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Sends a signal to a process whose identity was just checked; false if it has ended or belongs to another user. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // the next check shows which
  }
}
