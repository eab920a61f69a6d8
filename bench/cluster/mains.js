import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const POLL_MS = 10;
const PATIENCE_MS = 600_000;

/** Makes the program, which ends on SIGTERM also as process 1 of a container; returns its path. */
export function programIn(folder) {
  const base = join(folder, 'base');
  mkdirSync(base);
  const program = join(base, 'corebench-1.0.0');
  writeFileSync(program, "#!/bin/sh\ntrap 'exit 0' TERM\nsleep 100000 &\nwait $!\n");
  chmodSync(program, 0o755);
  return program;
}

/** The pids of all processes that run the program, in whichever container. */
export function mains(program) {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const [shell, script] = commandOf(name);
    return shell === '/bin/sh' && script === program ? [Number(name)] : [];
  });
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return []; // it has ended
  }
}

/** Polls until it is so. */
export async function until(isSo) {
  for (const limit = performance.now() + PATIENCE_MS; !(await isSo());) {
    if (performance.now() > limit) throw new Error(`Waited ${PATIENCE_MS} ms for: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Resolves when a process is gone. */
export function deathOf(pid) {
  return until(() => commandOf(pid)[0] !== '/bin/sh');
}
