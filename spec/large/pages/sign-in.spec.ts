import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { FIRST } from '../../support/built/certificates.ts';
import { axeFindingsInBothSchemes } from '../../support/built/page-measures.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const TRY_MS = 30_000;
const TOKEN = 'full-token-0123456789';

describeInBrowser('signing in in a browser', function (browser) {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  let context: BrowserContext;
  let page: Page;
  /** What the browser had against the page, besides the 401 that is to be. */
  const complaints: string[] = [];

  beforeEach(() => {
    complaints.length = 0;
    basePath = temporaryFolder();
    install(basePath, 'waits', 'coretelemetry-1.0.0');
    write(basePath, 'coredinator.yaml', 'services:\n  telemetry: { kind: coretelemetry }\n');
    write(basePath, 'token', `${TOKEN}\n`);
  });
  afterEach(async () => {
    await context.close();
    await host.end('SIGTERM');
  });

  async function open(...more: readonly string[]): Promise<void> {
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--token-file', join(basePath, 'token'), ...more);
    context = await browser().newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1280, height: 900 },
    });
    page = await context.newPage();
    page.setDefaultTimeout(TRY_MS);
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  }

  async function signIn(token: string): Promise<void> {
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
  }

  async function screenshots(name: string): Promise<void> {
    const folder = process.env['COREDINATOR_SCREENSHOTS'];
    if (folder === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
  }

  it('opens the requested page, where a call succeeds', async () => {
    await open();
    const answer = await page.goto(`${host.url}/docs`);
    expect(answer?.status()).to.equal(401);
    await page.getByLabel('Token').waitFor();
    expect(await axeFindingsInBothSchemes(page)).to.deep.equal([]);
    await screenshots('sign-in');

    await signIn('wrong-token-0123456789');
    await page.getByText('The token is not valid').waitFor();
    expect(await axeFindingsInBothSchemes(page)).to.deep.equal([]);
    await screenshots('sign-in-refused');

    await signIn(TOKEN);
    const operation = page.locator('#operations-Services-getService');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByPlaceholder('id').fill('telemetry');
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.locator('.live-responses-table').filter({ hasText: '"kind": "coretelemetry"' }).waitFor();
    await screenshots('signed-in');
    expect(complaints).to.deep.equal([]);
  });

  it('accepts commands of its own pages, but no request of a page on another port, and ends with the sign-out', async () => {
    await open();
    await page.goto(`${host.url}/docs`);
    await signIn(TOKEN);
    await page.locator('#operations-Services-getService').waitFor();
    const stop = () =>
      page.evaluate(async (url) => {
        const answer = await fetch(`${url}/api/services/telemetry/stop`, { method: 'POST', credentials: 'include' });
        return answer.status;
      }, host.url);
    expect(await stop()).to.equal(200);
    expect(await page.evaluate('document.cookie')).to.equal('');

    const other: Server = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>other</p>'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo; // it listens on an address
    await page.goto(`http://127.0.0.1:${port}/`);
    expect(await stop().catch(() => 'refused')).to.equal('refused');
    const shown = await page.evaluate(async (url) => {
      const answer = await fetch(`${url}/api/services`, { mode: 'no-cors', credentials: 'include' }).catch(() => null);
      return answer === null ? 'nothing' : answer.type;
    }, host.url);
    expect(shown).to.equal('nothing');
    other.close();
    other.closeAllConnections();

    await page.goto(`${host.url}/docs`);
    await page.locator('#operations-Services-getService').waitFor();
    await page.evaluate(() => fetch('/api/session', { method: 'DELETE' }));
    await page.reload();
    await page.getByLabel('Token').waitFor();
  });

  it('ends with the button of the dashboard, which then asks for the token', async () => {
    await open();
    await page.goto(`${host.url}/ui#/services/telemetry`);
    await signIn(TOKEN);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await screenshots('signed-in-dashboard');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    expect(await context.cookies()).to.deep.equal([]);
    expect(await page.getByText('telemetry').count(), 'what is kept of what was shown').to.equal(0);
    expect(await axeFindingsInBothSchemes(page)).to.deep.equal([]);

    await signIn('zwei Wörter');
    await page.getByText('printable ASCII characters').waitFor();
    await signIn('wrong-token-0123456789');
    await page.getByText('The token is not valid').waitFor();
    expect(await axeFindingsInBothSchemes(page)).to.deep.equal([]);
    await screenshots('signed-out-dashboard');

    await page.keyboard.type(TOKEN); // what was refused is selected, to be typed over
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'telemetry', level: 2 }).waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('restores a signed-out dashboard when another window has signed in', async () => {
    await open();
    await page.clock.install();
    await page.goto(`${host.url}/ui#/services/telemetry`);
    await signIn(TOKEN);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();

    const other = await context.newPage();
    await other.goto(`${host.url}/docs`);
    await other.getByLabel('Token').fill(TOKEN);
    await other.keyboard.press('Enter');
    await other.getByLabel('Token').waitFor({ state: 'detached' });
    await page.clock.fastForward(10_000);
    await page.getByRole('heading', { name: 'telemetry', level: 2 }).waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('works over TLS, with a cookie for TLS only', async () => {
    const files = { cert: write(basePath, 'cert.pem', FIRST.cert), key: write(basePath, 'key.pem', FIRST.key) };
    await open('--tls-cert', files.cert, '--tls-key', files.key);
    await page.goto(`${host.url}/docs`);
    await signIn(TOKEN);
    await page.locator('#operations-Services-getService').waitFor();

    const [cookie] = await context.cookies();
    expect(cookie).to.include({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
    expect(complaints).to.deep.equal([]);
  });
});
