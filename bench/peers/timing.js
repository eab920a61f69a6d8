import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 5;

/** The times right before a command is sent, and right after its answer. */
export async function timed(command) {
  const begun = process.hrtime.bigint();
  await command();
  return { begun, answered: process.hrtime.bigint() };
}

/** Resolves once `isTrue` returns true; rejects with the name of what did not happen in time. */
export async function until(isTrue, timeoutMs, what) {
  const end = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`Not within ${timeoutMs / 1_000} s: ${what}.`);
    await pause(POLL_MS);
  }
}
