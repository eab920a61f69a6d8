import type { Browser, Locator, Page } from 'playwright-core';
import { axeFindings, axeFindingsInBothSchemes } from './page-measures.ts';

const TRY_MS = 30_000;
const SERIOUS = ['serious', 'critical'] as const;

/** The dashboard from the view of a user. */
export class OpenDashboard {
  readonly page: Page;
  /** The complaints of the browser about the page: errors, and violations of its policy. */
  readonly complaints: string[] = [];
  /** Requests to servers other than the host. */
  readonly foreign: string[] = [];
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.setDefaultTimeout(TRY_MS);
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) this.foreign.push(request.url());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // The browser itself reports each failed request; a host that is down is part of these specs.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(message.text());
    });
  }

  /** Opens a page of the host at this URL, by default its dashboard; it shares nothing with other pages of the browser. */
  static async open(browser: Browser, url: string, path = '/ui'): Promise<OpenDashboard> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const dashboard = new OpenDashboard(page, url);
    await page.goto(`${url}${path}`);
    return dashboard;
  }

  /** Closes the page and deletes its storage. */
  close(): Promise<void> {
    return this.page.close();
  }

  /** The row of an agent or a service in the list, in any state or in a given one. */
  row(id: string, state = ''): Locator {
    return this.page.getByRole('treeitem', { name: new RegExp(`^${id} ${state}`) });
  }

  /** Whether the row of a service can be seen without scrolling. */
  async isInView(id: string): Promise<boolean> {
    const [row, list] = await Promise.all([this.row(id).boundingBox(), this.page.getByRole('tree').boundingBox()]);
    if (row === null || list === null) return false;
    const middle = row.y + row.height / 2;
    return middle > list.y && middle < list.y + list.height;
  }

  /** The text of the active row, as a screen reader finds it. Rejects if there is none. */
  async activeRow(): Promise<string> {
    const id = await this.page.getByRole('tree').getAttribute('aria-activedescendant');
    const [said] = await this.page.locator(`[id="${id ?? ''}"]`).allInnerTexts();
    if (said === undefined) throw new Error('No row in the document is active.');
    return said.replace(/\s+/g, ' ');
  }

  /** The heading of the details of an agent or a service. */
  heading(id: string): Locator {
    return this.page.getByRole('heading', { name: id, exact: true, level: 2 });
  }

  /** Presses the row of an agent or a service, and waits for its details: until then the page shows what it did before. */
  async choose(id: string, state = ''): Promise<void> {
    await this.row(id, state).click();
    await this.heading(id).waitFor();
  }

  /** Presses a button of the details, and the same in the confirmation dialog; returns the text of the dialog. */
  async command(label: string): Promise<string> {
    await this.page.getByRole('main').getByRole('button', { name: label, exact: true }).click();
    const dialog = this.page.getByRole('alertdialog');
    const said = await dialog.innerText();
    await dialog.getByRole('button', { name: label, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    return said;
  }

  /** Waits until the address of the page has this text after `/ui`. */
  async waitForAddress(hash: string): Promise<void> {
    await this.page.waitForURL(`${this.#url}/ui${hash}`);
  }

  /** The serious and critical findings of axe. */
  seriousFindings(): Promise<readonly string[]> {
    return axeFindings(this.page, { impacts: SERIOUS });
  }

  /** The same in the light, then in the dark, where the page is left. */
  seriousFindingsInBothSchemes(): Promise<readonly string[]> {
    return axeFindingsInBothSchemes(this.page, { impacts: SERIOUS });
  }
}
