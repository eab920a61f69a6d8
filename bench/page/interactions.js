/** How long a page takes to answer what people do, as Chromium measures it. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { inChromium, measuringSession, processorMs } from './chromium.js';
import { hostServices, onPlant } from '../plant.js';
import { allRunning, quantile } from '../readings.js';

const ROUNDS = 40;
/** How often a page is opened. */
const OPENINGS = 6;
/** Shorter times are not reported. */
const LEAST_MS = 16;

/** Runs in the page: records the slowest event of the interaction since the last query. */
const WATCH = `
  globalThis.slowest = 0;
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId) globalThis.slowest = Math.max(globalThis.slowest, duration);
  }).observe({ type: 'event', durationThreshold: ${LEAST_MS} });
`;

/** Until what was pressed has been drawn, and what follows from it: nobody presses the next key sooner. */
function settled(page) {
  return page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)))');
}

async function measured(page, session, act) {
  await page.evaluate('globalThis.slowest = 0');
  const before = await processorMs(session);
  await act();
  await settled(page);
  const processor = (await processorMs(session)) - before;
  return { wall: Math.max(LEAST_MS, await page.evaluate('globalThis.slowest')), processor };
}

/** Opens a page whose interactions can be measured. */
export async function openMeasured(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(WATCH);
  await page.goto(url);
  return { page, session: await measuringSession(page) };
}

/**
 * Opens a page several times, without anything in its cache, and prints how long that took from the address until `isUp`
 * resolves and that has been painted: the first time, in a browser that has just started, and the median and the longest of the others.
 */
export async function reportOpening(browser, url, isUp) {
  const taken = [];
  for (let round = 0; round < OPENINGS; round += 1) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const begun = performance.now();
    await page.goto(url, { waitUntil: 'commit' });
    await isUp(page);
    await page.evaluate('new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))');
    taken.push(Math.round(performance.now() - begun));
    await page.close();
  }
  const [first, ...others] = taken;
  console.log(
    `page up after ${first} ms in a new browser, then ${quantile(others, 0.5)} ms, at most ${Math.max(...others)} ms`,
  );
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
    await settled(page);
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
async function restartStorm(host, ids, until) {
  for (let index = 0; !until.isOver; index += 1) {
    await host.post(`/api/services/${ids[(100 + (index % 50)) % ids.length]}/restart`);
    await pause(100);
  }
}

/** The ids of as many services as the command line asks for with --services. */
export function askedServices() {
  const { values } = parseArgs({ options: { services: { type: 'string', default: '1000' } } });
  const count = Number(values.services);
  if (!Number.isInteger(count) || count < 20 || count > 5_000)
    throw new Error('--services must be a whole number from 20 to 5000.');
  return Array.from({ length: count }, (_, index) => `service-${String(index).padStart(4, '0')}`);
}

/** Calls `run` with a host on which these services are running, and a browser. */
export function withServices(ids, run) {
  return onPlant(hostServices(ids), {}, (host) =>
    inChromium(async (browser) => {
      await allRunning(host, ids.length);
      await run(host, browser);
    }),
  );
}

/** Calls `act` while services of these are restarted, ten per second. */
export async function duringRestarts(host, ids, act) {
  const until = { isOver: false };
  const restarts = restartStorm(host, ids, until);
  await act();
  until.isOver = true;
  await restarts;
}
