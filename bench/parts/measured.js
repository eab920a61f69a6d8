import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../report/statistics.js';

/** How often something single is measured. */
export const SINGLE = 30;
/** As in the rows of single starts and stops. */
const WARM_UP = 10;
const BETWEEN_MS = 30;

/** What `act` takes: seconds, and milliseconds of processor time for each service, of all threads. */
export async function measured(ids, act) {
  const before = process.cpuUsage();
  const begunAt = performance.now();
  await act();
  const seconds = (performance.now() - begunAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuMs: (user + system) / 1_000 / ids.length };
}

/** The median of single actions, each with code that is cold. */
export async function medianOf(ids, act) {
  const taken = [];
  for (const id of ids.slice(0, SINGLE)) {
    await pause(BETWEEN_MS);
    const begunAt = performance.now();
    await act(id);
    taken.push(performance.now() - begunAt);
  }
  return { seconds: median(taken.slice(WARM_UP)) / 1_000 };
}
