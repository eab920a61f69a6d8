/**
 * Takes the screenshots of the dashboard for the README: runs the built host on a copy of examples/plant, triggers some
 * events, and opens the dashboard in Chromium. Usage: npm run screenshots. The ports of the plant (7100 to 7112) must
 * be free.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inChromium } from '../bench/browser.js';

const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs');
const VIEW = { width: 1440, height: 880 };
const READY_MS = 30_000;
/** How long the plant runs before the screenshots. */
const WORK_MS = 8_000;

/** Resolves with the URL of the host when it is ready. */
function readyUrl(host) {
  return new Promise((resolve, reject) => {
    let written = '';
    const timer = setTimeout(() => reject(new Error(`The host was not ready in time:\n${written}`)), READY_MS);
    host.once('exit', () => reject(new Error(`The host ended before it was ready:\n${written}`)));
    host.stderr.on('data', (chunk) => {
      written += chunk;
      const line = written.split('\n').find((text) => text.includes('"msg":"ready"'));
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(line).url);
    });
  });
}

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
  await page.getByText('running → backoff').first().click();
  await page.locator('.drawing [id="state-backoff"].is-current').waitFor();
  await page.mouse.move(0, 0);
  await page.locator('.detail').evaluate((element) => element.scrollTo(0, 0));
  await page.screenshot({ path: join(docs, 'dashboard-history.png') });
}

const folder = mkdtempSync(join(tmpdir(), 'coredinator-'));
const plant = join(folder, 'plant');
cpSync(join(root, 'examples/plant'), plant, { recursive: true, filter: (path) => !path.endsWith('.coredinator') });
const args = [join(root, 'dist/main.js'), '--base-path', plant, '--port', '0', '--on-exit', 'drain'];
const host = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
const ended = new Promise((resolve) => host.once('exit', resolve));
try {
  const url = await readyUrl(host);
  await happen(url, plant);
  await inChromium(async (browser) => {
    await takeOverview(browser, url);
    await takeHistory(browser, url);
  });
  console.log(`Written: docs/dashboard-overview.png and docs/dashboard-history.png`);
} finally {
  host.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
