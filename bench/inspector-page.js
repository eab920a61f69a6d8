/**
 * Measures the inspector page with 1,000 running services, in Chromium, as bench/dashboard.js does. Usage:
 * npm run bench:inspector-page [-- --services N]. Exit code 1 if an interaction took 50 ms or more at the 95th percentile.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { browserPath, openMeasured, report, restartStorm } from './interactions.js';
import { hostServices, onPlant } from './plant.js';
import { allRunning } from './readings.js';

const MAX_MS = 50;

const { values } = parseArgs({ options: { services: { type: 'string', default: '1000' } } });
const count = Number(values.services);
if (!Number.isInteger(count) || count < 20 || count > 5_000)
  throw new Error('--services must be a whole number from 20 to 5000.');

const idOf = (index) => `service-${String(index).padStart(4, '0')}`;
const ids = Array.from({ length: count }, (_, index) => idOf(index));

function interactionsOf(page) {
  const search = page.getByRole('searchbox', { name: 'Search actors' });
  const tree = page.getByRole('tree');
  return {
    'choose an actor by click': async (round) => {
      await page.getByRole('treeitem', { name: new RegExp(`^${idOf(round % 10)}`) }).click();
    },
    'next actor by arrow key': async () => {
      await page.keyboard.press('ArrowDown');
    },
    'open what it runs': async () => {
      await page.keyboard.press('ArrowRight');
    },
    'a letter in the search': async (round) => {
      await search.focus();
      await page.keyboard.press(String(round % 10));
    },
    'clear the search': async () => {
      await search.press('Escape');
    },
    'to the end of the tree': async () => {
      await tree.press('End');
    },
    pause: async () => {
      await page.getByRole('button', { name: 'Pause' }).click();
    },
    'step through events': async () => {
      await page.locator('.event-rows').press('ArrowUp');
    },
    'list or sequence': async (round) => {
      await page.getByRole('radio', { name: round % 2 === 0 ? 'Sequence' : 'List' }).click();
    },
    'a letter in a filter': async () => {
      await page.getByRole('searchbox', { name: 'Filter by type of event' }).press('s');
    },
    'clear the filter': async () => {
      await page.getByRole('searchbox', { name: 'Filter by type of event' }).press('Escape');
    },
    resume: async () => {
      await page.getByRole('button', { name: /^Resume/ }).click();
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
    const opened = await openMeasured(browser, `${host.url}/inspector`);
    const { page } = opened;
    await page.getByRole('treeitem', { name: new RegExp(`^${idOf(0)} running`) }).waitFor();
    const search = page.getByRole('searchbox', { name: 'Search actors' });
    await search.fill(idOf(count - 1));
    await page.getByRole('treeitem', { name: new RegExp(`^${idOf(count - 1)} running`) }).waitFor();
    console.log(`${count} services on the page after ${Math.round(performance.now() - begun)} ms`);
    await search.fill('');
    const measure = async (title) => {
      const home = () => page.getByRole('tree').press('Home');
      if ((await report(opened, title, interactionsOf(page), home)) >= MAX_MS) process.exitCode = 1;
    };
    const until = { isOver: false };
    const restarts = restartStorm(host, ids, until);
    await pause(2_000);
    until.isOver = true;
    await restarts;
    await measure('while nothing happens');
    until.isOver = false;
    const more = restartStorm(host, ids, until);
    await measure('while ten services are restarted each second');
    until.isOver = true;
    await more;
  } finally {
    await browser.close();
  }
});
