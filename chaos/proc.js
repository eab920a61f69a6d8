import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

function readOrNull(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // it ended
  }
}

/** The fields of /proc/PID/stat from the third (the state) on; null if there is no such process. */
function statOf(pid) {
  const text = readOrNull(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Whether exactly this process is alive; a zombie is not. */
export function isAlive({ pid, start }) {
  const fields = statOf(pid);
  return fields !== null && fields[19] === start && fields[0] !== 'Z' && fields[0] !== 'X';
}

/** Whether a process is stopped (SIGSTOP). */
export function isStopped(pid) {
  return statOf(pid)?.[0] === 'T';
}

/** The parent of a process; null if it has ended. */
export function parentOf(pid) {
  const fields = statOf(pid);
  return fields === null ? null : Number(fields[1]);
}

/** The children of a process. */
export function childrenOf(pid) {
  const lines = pids().map((child) => [child, statOf(child)]);
  return lines.flatMap(([child, fields]) => (Number(fields?.[1]) === pid ? [child] : []));
}

/** The file name of the program of a process; empty if it has ended. */
export function programOf(pid) {
  return basename(linkOrNull(`/proc/${pid}/exe`) ?? '');
}

/**
 * The pid, seen from here, of the process of a launch that has this pid and start time in a PID namespace below; null: none. Pods that
 * begin in the same hundredth of a second may agree in both.
 */
export function outerPid({ pid, start, launch }) {
  for (const outer of pids()) {
    const names = /^NSpid:\s+(.*)$/m.exec(readOrNull(`/proc/${outer}/status`) ?? '')?.[1]?.split(/\s+/) ?? [];
    if (names.length < 2 || Number(names.at(-1)) !== pid || statOf(outer)?.[19] !== start) continue;
    const variables = (readOrNull(`/proc/${outer}/environ`) ?? '').split('\0');
    if (variables.includes(`COREDINATOR_LAUNCH_ID=${launch}`)) return outer;
  }
  return null;
}

function linkOrNull(file) {
  try {
    return readlinkSync(file);
  } catch {
    return null; // it ended, or belongs to the kernel
  }
}

function pids() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Every live process whose program or command line is below `folder`. */
export function processesBelow(folder) {
  const found = [];
  for (const pid of pids()) {
    if (pid === process.pid) continue;
    const exe = linkOrNull(`/proc/${pid}/exe`) ?? '';
    const command = (readOrNull(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
    if (exe === '' && command === '') continue; // a zombie, or belongs to the kernel
    if (exe.startsWith(folder) || command.includes(folder)) found.push({ pid, exe, command });
  }
  return found;
}

/** Sends a signal; false if the process has just ended. */
export function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}
