/** Chromium for measurements and screenshots. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BROWSERS = [
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/usr/bin/chromium-headless-shell', // what the specs use; of its own compositor, which does less
];

function browserPath() {
  const path = process.env['CHROMIUM'] ?? BROWSERS.find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new Error('No browser was found; install chromium, or set CHROMIUM to the path of one.');
  return path;
}

/**
 * The last one, because Playwright makes V8 record stacks, for which V8 would read each script a second time. That is not part
 * of what a page costs: without Playwright, a trace shows none of it, and with it 60 of 140 ms of the start of the dashboard.
 */
const ARGUMENTS = ['--no-sandbox', '--disable-dev-shm-usage', '--js-flags=--no-enable-lazy-source-positions'];

/** Calls `run` with a browser, which is closed afterwards. */
export async function inChromium(run) {
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: ARGUMENTS,
  });
  try {
    return await run(browser);
  } finally {
    await browser.close();
  }
}

/** A session of the development tools that can measure the processor time of a page. */
export async function measuringSession(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

/** The processor time that the thread of a page has used so far, in milliseconds. */
export async function processorMs(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1_000;
}
