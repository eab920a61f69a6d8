import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, ImpactValue, RunOptions } from 'axe-core';
import type { Locator, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HAS_AXE = 'globalThis.axe !== undefined';

// As text, because what runs in the page is not of this program.
const OVERFLOWING = `[document.documentElement, ...document.querySelectorAll('.page, .detail, .thing, .attention')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
  .map(({ className }) => className)`;
const SCROLLERS = `[...document.querySelectorAll('.page, .page *')]
  .filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1 && clientHeight > 0)
  .filter((element) => ['auto', 'scroll'].includes(getComputedStyle(element).overflowY))
  .map(({ className }) => className)`;

/** What the functions below use of a browser; they run in the page. */
interface Window {
  getComputedStyle(element: unknown): { getPropertyValue(name: string): string };
}
interface Sized {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}

/** A property of an element as the browser computes it. */
export function styleOf(place: Locator, property: 'color' | 'fill' | 'background-color'): Promise<string> {
  return place.evaluate(
    (element: unknown, name: string) =>
      (globalThis as unknown as Window).getComputedStyle(element).getPropertyValue(name),
    property,
  );
}

/** How many pixels of the text of an element are cut off. */
export function cutOf(place: Locator): Promise<number> {
  return place.evaluate((element: unknown) => (element as Sized).scrollWidth - (element as Sized).clientWidth);
}

/** The classes of what is wider than its place, so that people would have to scroll sideways. */
export function overflowing(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(OVERFLOWING);
}

/** The classes of what scrolls in a box of its own within the page. */
export function scrollers(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(SCROLLERS);
}

interface AxeOptions {
  /** Which findings count, by default all. */
  readonly impacts?: readonly ImpactValue[];
  /** Whether frames are searched too, which is the default. */
  readonly iframes?: boolean;
  /** Which rules are applied, by default all of axe. */
  readonly rules?: readonly string[];
}

/** What axe-core finds wrong with a page, as `RULE: ELEMENTS`. A page reads axe once, because that costs as much as two runs of it. */
export async function axeFindings(
  page: Page,
  { impacts, iframes = true, rules }: AxeOptions = {},
): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(HAS_AXE))) await page.evaluate(AXE);
  const options: RunOptions = { resultTypes: ['violations'], iframes, ...(rules && { runOnly: [...rules] }) };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations
    .filter(({ impact }) => impacts === undefined || impacts.includes(impact ?? null))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Colours may change over some time. */
const CHANGED_OVER = `new Promise((next) => requestAnimationFrame(next)).then(() => Promise.allSettled(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map(({ finished }) => finished)))`;
/** The rules of axe-core that depend on colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** The same in the light, then in the dark, where the page is left; there only of colours, since all else is the same in both. */
export async function axeFindingsInBothSchemes(page: Page, options: AxeOptions = {}): Promise<readonly string[]> {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await axeFindings(page, options);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate(CHANGED_OVER);
  const dark = await axeFindings(page, { ...options, rules: OF_COLOURS });
  return [...light.map((finding) => `light: ${finding}`), ...dark.map((finding) => `dark: ${finding}`)];
}
