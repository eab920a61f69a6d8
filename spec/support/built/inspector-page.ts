import type { Browser, Locator, Page } from 'playwright-core';
import { OpenDashboard } from './dashboard.ts';

/** The inspector of a host from the view of a user. */
export class OpenInspector {
  readonly page: Page;
  readonly #opened: OpenDashboard;

  private constructor(opened: OpenDashboard) {
    this.#opened = opened;
    this.page = opened.page;
  }

  static async open(browser: Browser, url: string): Promise<OpenInspector> {
    return new OpenInspector(await OpenDashboard.open(browser, url, '/inspector'));
  }

  /** The complaints of the browser, and requests to others than the host. */
  get complaints(): readonly string[] {
    return [...this.#opened.complaints, ...this.#opened.foreign.filter((url) => !url.startsWith('blob:'))];
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  /** The row of an actor in the tree, in any state or in a given one. */
  actor(name: string, state = ''): Locator {
    return this.page.getByRole('treeitem', { name: new RegExp(`^${name} ${state}`) });
  }

  /** A listed event, by a part of what it says. */
  event(part: string | RegExp): Locator {
    return this.page.getByRole('option').filter({ hasText: part });
  }

  /** The listed event that is marked as chosen. */
  async markedEvent(): Promise<Locator> {
    const id = await this.page.getByRole('listbox').getAttribute('aria-activedescendant');
    return this.page.locator(`[id="${id ?? ''}"]`);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  filter(by: 'sender or receiver' | 'type of event'): Locator {
    return this.page.getByRole('searchbox', { name: `Filter by ${by}` });
  }

  seriousFindingsInBothSchemes(): Promise<readonly string[]> {
    return this.#opened.seriousFindingsInBothSchemes();
  }
}
