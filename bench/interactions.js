/** How long a page takes to answer what people do, as Chromium measures it. */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from './readings.js';

const ROUNDS = 10;
/** Shorter times are not reported. */
const LEAST_MS = 16;
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path of a browser. Throws if there is none. */
export function browserPath() {
  const path = process.env['CHROMIUM'] ?? BROWSERS.find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new Error('No browser was found; install chromium, or set CHROMIUM to the path of one.');
  return path;
}

/** Runs in the page: records the slowest event of the interaction since the last query. */
const WATCH = `
  globalThis.slowest = 0;
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId) globalThis.slowest = Math.max(globalThis.slowest, duration);
  }).observe({ type: 'event', durationThreshold: ${LEAST_MS} });
`;

async function processorMs(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000;
}

async function measured(page, session, act) {
  await page.evaluate('globalThis.slowest = 0');
  const before = await processorMs(session);
  await act();
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))');
  const processor = (await processorMs(session)) - before;
  return { wall: Math.max(LEAST_MS, await page.evaluate('globalThis.slowest')), processor };
}

/** Opens a page whose interactions can be measured. */
export async function openMeasured(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(WATCH);
  await page.goto(url);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return { page, session };
}

/**
 * Does each of these interactions, by name, several times, and prints how long they took. `afterRound` is called after each round. Returns the longest time at the
 * 95th percentile.
 */
export async function report({ page, session }, title, interactions, afterRound) {
  console.log(`\n${title}: to the next paint, median / p95 / worst; processor time, median`);
  const samples = new Map(Object.keys(interactions).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, act] of Object.entries(interactions)) {
      samples.get(name).push(await measured(page, session, () => act(round)));
    }
    await afterRound();
  }
  let longest = 0;
  for (const [name, taken] of samples) {
    const walls = taken.map(({ wall }) => wall);
    const figures = [0.5, 0.95, 1].map((share) => quantile(walls, share));
    const processor = quantile(
      taken.map((one) => one.processor),
      0.5,
    ).toFixed(0);
    longest = Math.max(longest, figures[1]);
    console.log(`  ${name.padEnd(28)} ${figures.join(' / ')} ms; ${processor} ms`);
  }
  return longest;
}

/** Restarts ten of these services per second until `until.isOver`. */
export async function restartStorm(host, ids, until) {
  for (let index = 0; !until.isOver; index += 1) {
    await host.post(`/api/services/${ids[(100 + (index % 50)) % ids.length]}/restart`);
    await pause(100);
  }
}
