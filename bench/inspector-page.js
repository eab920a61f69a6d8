/**
 * Measures the inspector page with 1,000 running services, in Chromium, as bench/dashboard.js does. Usage:
 * npm run bench:inspector-page [-- --services N]. Exit code 1 if an interaction took 50 ms or more at the 95th percentile.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  askedServices,
  duringRestarts,
  openMeasured,
  report,
  reportOpening,
  withServices,
} from './page/interactions.js';

const MAX_MS = 50;

const ids = askedServices();

function interactionsOf(page) {
  const search = page.getByRole('searchbox', { name: 'Search actors' });
  const tree = page.getByRole('tree');
  return {
    'choose an actor by click': async (round) => {
      await page.getByRole('treeitem', { name: new RegExp(`^${ids[round % 10]}`) }).click();
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

await withServices(ids, async (host, browser) => {
  const isUp = async (page) => {
    // Every actor is counted, and the first of them are drawn.
    await page.getByRole('treeitem', { name: new RegExp(`^${ids[0]} running`) }).waitFor();
    const counted = `document.querySelector('input[placeholder^="Search"]').placeholder.replace(/\\D/g, '')`;
    while (Number(await page.evaluate(counted)) < ids.length) await pause(5);
  };
  await reportOpening(browser, `${host.url}/inspector`, isUp);
  const opened = await openMeasured(browser, `${host.url}/inspector`);
  const { page } = opened;
  await isUp(page);
  const measure = async (title) => {
    const home = () => page.getByRole('tree').press('Home');
    if ((await report(opened, title, interactionsOf(page), home)) >= MAX_MS) process.exitCode = 1;
  };
  // There are events to choose from then.
  await duringRestarts(host, ids, () => pause(2_000));
  await measure('while nothing happens');
  await duringRestarts(host, ids, () => measure('while ten services are restarted each second'));
});
