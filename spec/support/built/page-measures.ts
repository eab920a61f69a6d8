import type { Locator, Page } from 'playwright-core';

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
