import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findProgram } from './real-services.ts';

/** Why there is no browser to open pages in, as a sentence; null: there is one. */
export function whyNoBrowser(): string | null {
  return findProgram('chromium') === null ? 'chromium missing: "npm run test:packages" says why' : null;
}

/** A browser without a window. The caller closes it. */
export function openBrowser(): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (executablePath === null) throw new Error('There is no chromium on this machine.');
  // Its sandbox needs rights that containers do not give, and it only sees pages of the host under test.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
