/**
 * Measures the timeline with 50,000 events of a day, in Chromium. Usage: npm run bench:timeline [-- --events N]
 *
 * The events are written into the journal of a host that is not running, of 10 services and of 1,000; then a host is
 * started on it. Prints how long the host takes to answer with the timeline of the day, how long the page takes to show
 * it, and how many frames a second are drawn while the timeline is dragged to and fro for three seconds, with the processor
 * time of the page's thread per frame. Exit code 1 if that is less than 30 frames a second.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inChromium, measuringSession, processorMs } from './page/chromium.js';
import { writeDay } from './page/day.js';
import { startHost } from './host.js';
import { hostServices, inFolder, makePlant } from './plant.js';

const LEAST_FRAMES = 30;
const DRAG_MS = 3_000;

const { values } = parseArgs({ options: { events: { type: 'string', default: '50000' } } });
const count = Number(values.events);
if (!Number.isInteger(count) || count < 1_000 || count > 200_000)
  throw new Error('--events must be a whole number from 1000 to 200000.');

/** Frames drawn a second, and processor time for each, while the chart is dragged to and fro. */
async function drag(page, session, chart) {
  const { x, y, width } = await chart.boundingBox();
  const frames = () => chart.evaluate((element) => element.plot.frames);
  const [left, right, row] = [x + width * 0.4, x + width * 0.8, y + 60];
  await page.mouse.move(right, row);
  await page.mouse.down();
  const [before, processor, begun] = [await frames(), await processorMs(session), performance.now()];
  for (let step = 0; performance.now() - begun < DRAG_MS; step += 1) {
    const share = Math.abs(((step / 60) % 2) - 1);
    await page.mouse.move(left + (right - left) * share, row);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const drawn = (await frames()) - before;
  const used = (await processorMs(session)) - processor;
  await page.mouse.up();
  return { rate: drawn / seconds, each: used / Math.max(1, drawn) };
}

async function measure(folder, services) {
  const { basePath } = makePlant(folder, hostServices([]));
  const first = await startHost(basePath);
  await first.stop();
  const ids = Array.from({ length: services }, (_, index) => `past-${index}`);
  await writeDay(join(basePath, '.coredinator', 'coredinator.db'), count, ids);
  const host = await startHost(basePath);
  try {
    console.log(`\n${count} events of ${services} services`);
    const asked = performance.now();
    const body = await (await fetch(`${host.url}/api/timeline`)).text();
    console.log(
      `  answer of the host      ${Math.round(performance.now() - asked)} ms, ${(body.length / 1e6).toFixed(1)} MB`,
    );
    await inChromium((browser) => measurePage(browser, host));
  } finally {
    await host.stop();
  }
}

async function measurePage(browser, host) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const opened = performance.now();
  await page.goto(`${host.url}/ui#/timeline`);
  await page.getByRole('button', { name: 'past-0', exact: true }).waitFor();
  console.log(`  shown by the page after ${Math.round(performance.now() - opened)} ms`);
  const session = await measuringSession(page);
  const chart = page.getByRole('application', { name: 'Timeline' });
  for (const title of ['dragged, the whole day', 'dragged, 1 h']) {
    if (title.endsWith('1 h')) {
      await page.getByRole('radio', { name: '1 h', exact: true }).click();
      await page.waitForTimeout(2_000);
    }
    const { rate, each } = await drag(page, session, chart);
    if (rate < LEAST_FRAMES) process.exitCode = 1;
    console.log(`  ${title.padEnd(23)} ${rate.toFixed(0)} frames/s, ${each.toFixed(1)} ms of processor time each`);
    await page.waitForTimeout(1_000);
  }
}

for (const services of [10, 1_000]) await inFolder((folder) => measure(folder, services));
