import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const TIMEOUT_MS = 120_000;

/** Waits for the result of `corelog burst` in a file, and removes it: nanoseconds in all, and of the longest write. */
export async function written(file) {
  const until = performance.now() + TIMEOUT_MS;
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.endsWith('\n')) {
      rmSync(file);
      const [took, longest] = text.trim().split(' ').map(Number);
      return { took, longest };
    }
    if (performance.now() > until) throw new Error(`Nothing was written to ${file} within ${TIMEOUT_MS} ms.`);
    await pause(5);
  }
}
