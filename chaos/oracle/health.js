import { pause } from '../patience.js';

const POLL_MS = 50;
/** A poll that takes longer than this was held up by the machine, and the time limit moves by as much. */
const HELD_UP_MS = 150;

/** The health of a host; null if it has ended. */
async function healthOf(host) {
  return (await host.get('/api/healthcheck'))?.body ?? null;
}

/** Polls until `isSo` is true for the health; returns null, or the last health if that takes longer than `ms`. */
async function until(host, ms, isSo) {
  let deadline = Date.now() + ms;
  for (;;) {
    const at = Date.now();
    const health = await healthOf(host);
    if (health === null || isSo(health)) return null;
    if (Date.now() >= deadline) return health;
    await pause(POLL_MS);
    deadline += Math.max(0, Date.now() - at - HELD_UP_MS);
  }
}

/** Checks that a host says what is wrong within `ms`. */
export async function checkDegraded(host, says, ms, tally, fault) {
  const isSo = ({ status, reasons = [] }) => status === 'degraded' && reasons.some((reason) => says.test(reason));
  const found = await until(host, ms, isSo);
  if (found !== null)
    tally.lose('wrong health', `${fault}: after ${ms} ms the host says ${JSON.stringify(found)}, expected ${says}.`);
  return found === null;
}

/** Checks that a host is healthy within `ms`. */
export async function checkHealthy(host, ms, tally, when) {
  const found = await until(host, ms, ({ status }) => status === 'healthy');
  if (found !== null) tally.lose('wrong health', `${when}: after ${ms} ms the host says ${JSON.stringify(found)}.`);
}
