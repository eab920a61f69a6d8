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

/**
 * What axe-core finds wrong with a page, as `RULE: ELEMENTS`: what has one of these impacts, by default all. Frames are left
 * out on request. A page reads axe once, because that costs as much as two runs of it.
 */
export async function axeFindings(
  page: Page,
  { impacts, iframes = true }: { readonly impacts?: readonly ImpactValue[]; readonly iframes?: boolean } = {},
): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>(HAS_AXE))) await page.evaluate(AXE);
  const options: RunOptions = { resultTypes: ['violations'], iframes };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations
    .filter(({ impact }) => impacts === undefined || impacts.includes(impact ?? null))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
