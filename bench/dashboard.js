/**
 * Measures the dashboard with 1,000 running services, in Chromium. Usage: npm run bench:dashboard [-- --services N]
 *
 * The browser itself measures an interaction (Event Timing): from the event to the next paint, in steps of 8 ms; times
 * below 16 ms are not reported and count as 16. The processor time of the page's thread (everything until 100 ms after
 * the interaction) is printed next to it, since the former is longer on a busy machine. Measured once while nothing
 * happens, and once while ten services are restarted per second. Also prints how long the page takes to show all
 * services: from its address until their number and the first of them are drawn. Exit code 1 if an interaction took 100 ms or more at the 95th percentile.
 */
import {
  askedServices,
  duringRestarts,
  openMeasured,
  report,
  reportOpening,
  withServices,
} from './page/interactions.js';

const MAX_MS = 100;

const ids = askedServices();

function interactionsOf(page) {
  const search = page.getByRole('searchbox', { name: 'Search agents and services' });
  const tree = page.getByRole('tree');
  return {
    'choose a service by click': async (round) => {
      await page.getByRole('treeitem', { name: `${ids[round % 15]} ` }).click();
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

await withServices(ids, async (host, browser) => {
  const isUp = async (page) => {
    await page.getByRole('button', { name: `${ids.length} running` }).waitFor();
    await page.getByRole('treeitem', { name: `${ids[0]} ` }).waitFor();
  };
  await reportOpening(browser, `${host.url}/ui`, isUp);
  const opened = await openMeasured(browser, `${host.url}/ui#/services/${ids[0]}`);
  const { page } = opened;
  await isUp(page);
  const measure = async (title) => {
    const home = () => page.getByRole('tree').press('Home');
    if ((await report(opened, title, interactionsOf(page), home)) >= MAX_MS) process.exitCode = 1;
  };
  await measure('while nothing happens');
  await duringRestarts(host, ids, () => measure('while ten services are restarted each second'));
});
