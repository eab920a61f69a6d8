import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** The host returns the same reading to all callers within a second. */
export const NEW_READING_MS = 1_100;
const PATIENCE_MS = 240_000;
const TICKS_PER_S = 100;

export function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** The processor time of a process so far, in seconds. */
export function cpuOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** The value of a metric that has only one line in the exposition. */
export function valueOf(text, line) {
  const found = text.split('\n').find((each) => each.startsWith(`${line} `));
  return found === undefined ? NaN : Number(found.slice(line.length + 1));
}

/** Resolves when `count` services are running. */
export async function allRunning(host, count) {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const running = valueOf(await host.text('/metrics'), 'coredinator_services{state="running"}');
    if (running === count) return;
    if (performance.now() > until) throw new Error(`Only ${running} of ${count} services are running.`);
    await pause(NEW_READING_MS);
  }
}

/** The longest block of the host's event loop since the last call, in milliseconds, as measured by the host itself. */
export async function longestBlock(host) {
  for (;;) {
    await pause(NEW_READING_MS);
    const { event_loop_lag_ms: lag } = (await host.get('/api/usage')).host;
    if (lag !== null) return lag.max; // a host that has just started has no reading yet
  }
}
