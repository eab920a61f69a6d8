/**
 * Measures the dashboard with 1,000 running services, in Chromium. Usage: npm run bench:dashboard [-- --services N]
 *
 * The browser itself measures an interaction (Event Timing): from the event to the next paint, in steps of 8 ms; times
 * below 16 ms are not reported and count as 16. The processor time of the page's thread (everything until 100 ms after
 * the interaction) is printed next to it, since the former is longer on a busy machine. Measured once while nothing
 * happens, and once while ten services are restarted per second. Also prints how long the page takes to show all
 * services. Exit code 1 if an interaction took 100 ms or more at the 95th percentile.
 */
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { hostServices, onPlant } from './plant.js';
import { browserPath, openMeasured, report, restartStorm } from './interactions.js';
import { allRunning } from './readings.js';

const MAX_MS = 100;

const { values } = parseArgs({ options: { services: { type: 'string', default: '1000' } } });
const count = Number(values.services);
if (!Number.isInteger(count) || count < 20 || count > 5_000)
  throw new Error('--services must be a whole number from 20 to 5000.');

const idOf = (index) => `service-${String(index).padStart(4, '0')}`;
const ids = Array.from({ length: count }, (_, index) => idOf(index));

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

await onPlant(hostServices(ids), {}, async (host) => {
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    await allRunning(host, count);
    const begun = performance.now();
    const opened = await openMeasured(browser, `${host.url}/ui#/services/${idOf(0)}`);
    const { page } = opened;
    await page.getByRole('button', { name: `${count} running` }).waitFor();
    console.log(`${count} services on the page after ${Math.round(performance.now() - begun)} ms`);
    const measure = async (title) => {
      const home = () => page.getByRole('tree').press('Home');
      if ((await report(opened, title, interactionsOf(page), home)) >= MAX_MS) process.exitCode = 1;
    };
    await measure('while nothing happens');
    const until = { isOver: false };
    const restarts = restartStorm(host, ids, until);
    await measure('while ten services are restarted each second');
    until.isOver = true;
    await restarts;
  } finally {
    await browser.close();
  }
});
