/**
 * Measures a report of a day with 1,000 running services and 50,000 events: how long it takes, how big it is, what it does to
 * other requests of the host at the same time, and how long Chromium takes to open it. Usage: npm run bench:report [-- --events N]
 *
 * Other requests are one GET of a service each 5 ms at most, on a connection of their own, first alone and then while the report
 * is made. Exit code 1 if the longest pause of the host is longer than 100 ms.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inChromium } from './page/chromium.js';
import { writeDay } from './page/day.js';
import { startHost } from './host.js';
import { hostServices, inFolder, makePlant } from './plant.js';
import { allRunning, longestBlock, quantile } from './readings.js';

const SERVICES = 1_000;
const MAX_PAUSE_MS = 100;
const ALONE_MS = 5_000;
const EACH_MS = 5;
const main = join(import.meta.dirname, '../dist/main.js');

const { values } = parseArgs({ options: { events: { type: 'string', default: '50000' } } });
const count = Number(values.events);
if (!Number.isInteger(count) || count < 1_000 || count > 200_000)
  throw new Error('--events must be a whole number from 1000 to 200000.');
const ids = Array.from({ length: SERVICES }, (_, index) => `service-${String(index).padStart(4, '0')}`);

/** Asks for single services until `isOver`; prints how long the answers took, and the longest pause of the host. */
async function askUntil(host, title, isOver) {
  await longestBlock(host);
  const taken = [];
  for (let index = 0; !isOver(); index += 1) {
    const begun = performance.now();
    await host.get(`/api/services/${ids[index % ids.length]}`);
    taken.push(performance.now() - begun);
    await pause(EACH_MS);
  }
  const longest = await longestBlock(host);
  const [half, most, worst] = [0.5, 0.99, 1].map((share) => quantile(taken, share).toFixed(1));
  console.log(
    `  ${title.padEnd(24)} ${half} / ${most} / ${worst} ms (median / p99 / worst of ${taken.length}); longest pause of the host ${longest.toFixed(0)} ms`,
  );
  return longest;
}

async function makeReport(host, file) {
  const begun = performance.now();
  const args = [main, 'report', '--url', host.url, '--since', '24h', '--output', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`\`coredinator report\` ended with ${code}.`);
  return performance.now() - begun;
}

async function open(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const begun = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
  const opened = performance.now() - begun;
  const elements = await page.evaluate('document.querySelectorAll("*").length');
  console.log(`  opened by Chromium after ${opened.toFixed(0)} ms, ${elements} elements`);
}

await inFolder(async (folder) => {
  const { basePath } = makePlant(folder, hostServices(ids));
  const first = await startHost(basePath);
  await allRunning(first, SERVICES);
  await first.stop();
  await writeDay(join(basePath, '.coredinator', 'coredinator.db'), count, ids);
  const host = await startHost(basePath);
  try {
    await allRunning(host, SERVICES);
    console.log(`\nA report of a day with ${SERVICES} services and ${count} events; other requests at the same time:`);
    const until = performance.now() + ALONE_MS;
    await askUntil(host, 'without a report', () => performance.now() > until);
    const file = join(folder, 'report.html');
    let isOver = false;
    const making = makeReport(host, file).finally(() => (isOver = true));
    const [longest, made] = await Promise.all([askUntil(host, 'while it is made', () => isOver), making]);
    if (longest > MAX_PAUSE_MS) process.exitCode = 1;
    console.log(`  made in ${(made / 1_000).toFixed(1)} s, ${(statSync(file).size / 1e6).toFixed(2)} MB`);
    await inChromium((browser) => open(browser, file));
  } finally {
    await host.stop();
  }
});
