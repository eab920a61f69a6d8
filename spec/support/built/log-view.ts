import type { Locator, Page } from 'playwright-core';

/** What is in the document of the list of lines, and what of it is in view. */
export interface MeasuredLog {
  /** The text of the lines in view, from the top down, without time and origin. */
  readonly texts: readonly string[];
  /** The service of each of them; empty if the list has only one. */
  readonly services: readonly string[];
  /** The distance of the first of them from the top of the box, in pixels. */
  readonly firstTop: number;
  readonly rowsInDocument: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
  /** How much is below the view, in pixels. */
  readonly below: number;
}

/** As text, because what runs in the page is not of this program. After a frame was drawn, as a person sees it. */
const MEASURE = `new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 0))).then(() => {
  const box = document.querySelector('[role=log]');
  const { top, bottom } = box.getBoundingClientRect();
  const rows = [...box.querySelectorAll('.log-line')]
    .map((row) => ({ rect: row.getBoundingClientRect(), text: row.querySelector('.log-text').textContent,
      service: row.querySelector('.log-service')?.textContent.trim() ?? '' }))
    .sort((a, b) => a.rect.top - b.rect.top);
  const inView = rows.filter(({ rect }) => rect.bottom > top + 2 && rect.top < bottom - 2);
  const { scrollHeight, scrollTop, clientHeight } = box;
  return {
    texts: inView.map(({ text }) => text),
    services: inView.map(({ service }) => service),
    firstTop: inView.length === 0 ? 0 : inView[0].rect.top - top,
    rowsInDocument: rows.length,
    scrollHeight, clientHeight, below: scrollHeight - scrollTop - clientHeight,
  };
})`;

/** The Logs view of the dashboard, from the view of a user. */
export class LogView {
  readonly page: Page;
  readonly box: Locator;
  readonly search: Locator;
  /** How many lines match. */
  readonly count: Locator;
  /** Whether it follows, and what it reads. */
  readonly place: Locator;
  readonly jump: Locator;

  constructor(page: Page) {
    this.page = page;
    this.box = page.getByRole('log');
    this.search = page.getByRole('searchbox', { name: 'Search the output' });
    this.count = page.locator('.log-count');
    this.place = page.locator('.log-place');
    this.jump = page.getByRole('button', { name: /^Jump to newest/ });
  }

  measure(): Promise<MeasuredLog> {
    return this.page.evaluate<MeasuredLog>(MEASURE);
  }

  /** The line with this text. */
  line(text: string): Locator {
    return this.box.locator('.log-line', { has: this.page.locator('.log-text').getByText(text, { exact: true }) });
  }

  scrollTo(pixels: number): Promise<unknown> {
    return this.page.evaluate(`document.querySelector('[role=log]').scrollTop = ${pixels}`);
  }

  async press(key: string): Promise<void> {
    await this.box.focus();
    await this.page.keyboard.press(key);
  }

  /** Turns the wheel over the list; positive: downwards. */
  async wheel(pixels: number): Promise<void> {
    await this.box.hover();
    await this.page.mouse.wheel(0, pixels);
  }
}
