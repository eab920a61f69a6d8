import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findProgram } from './real-services.ts';

/** A browser takes a while to open on a busy machine. */
const OPEN_MS = 60_000;

/** By preference: the one without windows needs an eighth less processor time for the same pages. */
const BROWSERS = ['chromium-headless-shell', 'chromium'] as const;

const ARGUMENTS = [
  // Its sandbox needs permissions that containers do not have, and it only opens pages of the host under test.
  '--no-sandbox',
  '--disable-dev-shm-usage',
  // Playwright makes V8 record stacks, for which V8 would read each script a second time: an eighth of the processor time.
  '--js-flags=--no-enable-lazy-source-positions',
];

function findBrowser(): string | null {
  return BROWSERS.map((name) => findProgram(name)).find((path) => path !== null) ?? null;
}

/** Why no browser is available, as a sentence; null: one is available. */
function whyNoBrowser(): string | null {
  return findBrowser() === null ? 'chromium missing: "npm run test:packages" says why' : null;
}

/** A headless browser. The caller closes it. */
function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error('There is no chromium on this machine.');
  return chromium.launch({ executablePath, args: [...ARGUMENTS] });
}

/** Specs with one browser, which they get by calling what they are given; all are skipped without one. */
export function describeInBrowser(title: string, define: (this: Mocha.Suite, browser: () => Browser) => void): void {
  const reason = whyNoBrowser();
  const suite = reason === null ? describe : describe.skip;
  suite(reason === null ? title : `${title} (skipped: ${reason})`, function () {
    let browser: Browser;
    before(async () => {
      browser = await openBrowser();
    }).timeout(OPEN_MS);
    after(() => browser.close()).timeout(OPEN_MS);
    define.call(this, () => browser);
  });
}
