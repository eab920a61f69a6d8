/**
 * Measures the dashboard with 1,000 running services, in Chromium. Usage: npm run bench:dashboard [-- --services N]
 *
 * The browser itself measures an interaction (Event Timing): from the event to the next paint, in steps of 8 ms; times
 * below 16 ms are not reported and count as 16. The processor time of the page's thread (everything until 100 ms after
 * the interaction) is printed next to it, since the former is longer on a busy machine. Measured once while nothing
 * happens, and once while ten services are restarted per second. Also prints how long the page takes to show all
 * services. Exit code 1 if an interaction took 100 ms or more at the 95th percentile.
 */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { hostServices, onPlant } from './plant.js';
import { allRunning, quantile } from './readings.js';

const ROUNDS = 10;
const LEAST_MS = 16;
const MAX_MS = 100;
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const { values } = parseArgs({ options: { services: { type: 'string', default: '1000' } } });
const count = Number(values.services);
if (!Number.isInteger(count) || count < 20 || count > 5_000)
  throw new Error('--services must be a whole number from 20 to 5000.');

const idOf = (index) => `service-${String(index).padStart(4, '0')}`;
const ids = Array.from({ length: count }, (_, index) => idOf(index));

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

function interactionsOf(page) {
  const search = page.getByRole('searchbox', { name: 'Search agents and services' });
  const tree = page.getByRole('tree');
  return {
    'choose a service by click': async (round) => {
      await page.getByRole('treeitem', { name: `${idOf(round % 15)} ` }).click();
    },
    'next service by arrow key': async () => {
      await page.keyboard.press('ArrowDown');
    },
    'a letter in the search': async (round) => {
      await search.focus();
      await page.keyboard.press(String(round % 10));
    },
    'clear the search': async () => {
      await search.press('Escape');
    },
    'to the end of the list': async () => {
      await tree.press('End');
    },
    'another view': async (round) => {
      await page.getByRole('tab', { name: round % 2 === 0 ? 'Logs' : 'Overview' }).click();
    },
    'open the dialog before a stop': async () => {
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
    },
    'close the dialog': async () => {
      await page.keyboard.press('Escape');
    },
  };
}

/** Ten restarts per second until stopped. */
async function storm(host, until) {
  for (let index = 0; !until.isOver; index += 1) {
    await host.post(`/api/services/${idOf((100 + (index % 50)) % count)}/restart`);
    await pause(100);
  }
}

async function report(page, session, title) {
  console.log(`\n${title}: to the next paint, median / p95 / worst; processor time, median`);
  const samples = new Map(Object.keys(interactionsOf(page)).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, act] of Object.entries(interactionsOf(page))) {
      samples.get(name).push(await measured(page, session, () => act(round)));
    }
    await page.getByRole('tree').press('Home');
  }
  for (const [name, taken] of samples) {
    const walls = taken.map(({ wall }) => wall);
    const figures = [0.5, 0.95, 1].map((share) => quantile(walls, share));
    const processor = quantile(
      taken.map((one) => one.processor),
      0.5,
    ).toFixed(0);
    if (figures[1] >= MAX_MS) process.exitCode = 1;
    console.log(`  ${name.padEnd(28)} ${figures.join(' / ')} ms; ${processor} ms`);
  }
}

const executablePath = process.env['CHROMIUM'] ?? BROWSERS.find((path) => existsSync(path));
if (executablePath === undefined)
  throw new Error('No browser was found; install chromium, or set CHROMIUM to the path of one.');

await onPlant(hostServices(ids), {}, async (host) => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    await allRunning(host, count);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(WATCH);
    const begun = performance.now();
    await page.goto(`${host.url}/ui#/services/${idOf(0)}`);
    await page.getByRole('button', { name: `${count} running` }).waitFor();
    console.log(`${count} services on the page after ${Math.round(performance.now() - begun)} ms`);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await report(page, session, 'while nothing happens');
    const until = { isOver: false };
    const restarts = storm(host, until);
    await report(page, session, 'while ten services are restarted each second');
    until.isOver = true;
    await restarts;
  } finally {
    await browser.close();
  }
});
