/**
 * Takes the screenshots of the dashboard for the README and the docs: runs the built host on a copy of examples/plant, triggers
 * some events, and opens the dashboard in Chromium; then the timeline of a day with 500 events on another host. Usage:
 * npm run screenshots. The ports of the plant (7100 to 7112) must be free.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inChromium } from '../bench/page/chromium.js';
import { writeDay } from '../bench/page/day.js';
import { startHost } from '../bench/host.js';
import { hostServices, inFolder, makePlant } from '../bench/plant.js';

const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs');
const VIEW = { width: 1440, height: 880 };
/** How long the plant runs before the screenshots. */
const WORK_MS = 8_000;
const DAY_EVENTS = 500;
/** The services of the day. */
const LINES = ['mixer', 'press', 'pump1', 'pump2', 'valve'].flatMap((line) => [`${line}-coreio`, `${line}-corerl`]);

async function api(url, method = 'GET', body = undefined) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? `${url} returned ${response.status}.`);
  return answer;
}

/** Two agents; one service was killed, one restarted by a command, one stopped. */
async function happen(url, basePath) {
  for (const id of ['pump1', 'pump2']) {
    await api(`${url}/api/agents/start?wait=running`, 'POST', { config_path: join(basePath, `${id}.yaml`) });
  }
  await pause(WORK_MS);
  const { pid } = await api(`${url}/api/services/pump1-corerl`);
  process.kill(pid, 'SIGKILL');
  await pause(WORK_MS);
  await api(`${url}/api/services/pump1-corerl/restart?wait=running`, 'POST');
  await api(`${url}/api/services/pump2-corerl/stop`, 'POST');
  await pause(WORK_MS);
  const again = await api(`${url}/api/services/pump1-corerl`);
  process.kill(again.pid, 'SIGKILL');
  await pause(WORK_MS);
}

async function open(browser, url, colorScheme) {
  const page = await browser.newPage({ viewport: VIEW, colorScheme, reducedMotion: 'reduce' });
  await page.goto(url);
  await page.locator('.drawing .state.is-current').first().waitFor();
  return page;
}

async function takeOverview(browser, url) {
  const page = await open(browser, `${url}/ui/#/services/pump1-corerl`, 'light');
  await page.getByText('What led to it').waitFor();
  await page.screenshot({ path: join(docs, 'dashboard-overview.png') });
}

async function takeHistory(browser, url) {
  const page = await open(browser, `${url}/ui/#/services/pump1-corerl/history?last=60`, 'dark');
  await page.getByRole('region', { name: 'Steps, newest first' }).getByText('running → backoff').first().click();
  await page.locator('.drawing [id="state-backoff"].is-current').waitFor();
  await page.mouse.move(0, 0);
  await page.locator('.detail').evaluate((element) => element.scrollTo(0, 0));
  await page.screenshot({ path: join(docs, 'dashboard-history.png') });
}

async function takeDay(browser, url) {
  const page = await browser.newPage({ viewport: VIEW, colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(`${url}/ui#/timeline`);
  await page.getByRole('button', { name: LINES[0], exact: true }).waitFor();
  await page.locator('.tl-words').waitFor();
  await page.screenshot({ path: join(docs, 'dashboard-timeline.png') });
}

/** Calls `run` with the URL of a host on `basePath`. */
async function onHost(basePath, run) {
  const host = await startHost(basePath);
  try {
    await run(host.url);
  } finally {
    await host.stop();
  }
}

await inChromium(async (browser) => {
  await inFolder(async (folder) => {
    const plant = join(folder, 'plant');
    cpSync(join(root, 'examples/plant'), plant, { recursive: true, filter: (path) => !path.endsWith('.coredinator') });
    await onHost(plant, async (url) => {
      await happen(url, plant);
      await takeOverview(browser, url);
      await takeHistory(browser, url);
    });
  });
  await inFolder(async (folder) => {
    const { basePath } = makePlant(folder, hostServices(LINES));
    await onHost(basePath, () => pause(1_000));
    await writeDay(join(basePath, '.coredinator', 'coredinator.db'), DAY_EVENTS, LINES, { areCrashes: true });
    await onHost(basePath, (url) => takeDay(browser, url));
  });
});
console.log('Written: dashboard-overview.png, dashboard-history.png and dashboard-timeline.png in docs/.');
