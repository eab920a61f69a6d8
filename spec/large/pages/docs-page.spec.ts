import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../../support/built/browser.ts';
import { axeFindingsInBothSchemes, styleOf } from '../../support/built/page-measures.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const TRY_MS = 30_000;

describeInBrowser('the documentation page in a browser', function (browser) {
  this.timeout(120_000);
  let host: BuiltHost;
  let page: Page;
  /** What the page asked for, and what the browser had against it. */
  const requested: string[] = [];
  const complaints: string[] = [];

  before(async () => {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'coretelemetry-1.0.0');
    write(basePath, 'coredinator.yaml', 'services:\n  telemetry: { kind: coretelemetry }\n');
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    page = await browser().newPage({ viewport: { width: 1280, height: 1000 } });
    page.setDefaultTimeout(TRY_MS);
    page.on('request', (request) => requested.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${host.url}/docs`);
  });
  after(async () => {
    await host.end('SIGTERM');
  });

  it('shows every group of operations, with no requests to other hosts', async () => {
    await page.getByRole('heading', { name: 'Coredinator' }).first().waitFor();
    await page.locator('#operations-Services-getService').waitFor();

    expect(page.url()).to.equal(`${host.url}/docs`);
    expect(requested.filter((url) => !url.startsWith(host.url) && !url.startsWith('data:'))).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
  });

  it('makes a call and shows the response', async () => {
    const operation = page.locator('#operations-Services-getService');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByPlaceholder('id').fill('telemetry');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table').filter({ hasText: '"kind": "coretelemetry"' });
    await answer.waitFor();

    expect(await answer.innerText()).to.include('x-corerl-version');
    await operation.getByText('Schema', { exact: true }).first().click();
    const schema = operation.locator('.json-schema-2020-12').first();
    await schema.getByText('Service', { exact: true }).waitFor(); // the name of what a reference points to
    await schema.getByRole('button', { name: 'Expand all' }).first().click();
    await schema.getByText('guarantees', { exact: true }).first().waitFor();
    expect(complaints).to.deep.equal([]);
    const screenshot = process.env['COREDINATOR_SCREENSHOTS'];
    if (screenshot === undefined) return;
    await operation.scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${screenshot}/docs.png` });
  });

  it('is accessible (axe), in the light and in the dark, also with an open operation and an answer, and follows a change', async () => {
    await page.goto(`${host.url}/docs`);
    for (const id of ['Services-getService', 'Agents-startAgent']) {
      await page.locator(`#operations-${id} .opblock-summary-control`).click();
    }
    const operation = page.locator('#operations-Services-getService');
    await operation.getByPlaceholder('id').fill('telemetry');
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.locator('.live-responses-table').first().waitFor();
    expect(await axeFindingsInBothSchemes(page)).to.deep.equal([]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const background = await styleOf(page.locator('body'), 'background-color');
      expect(background).to.equal(colorScheme === 'dark' ? 'rgb(28, 32, 34)' : 'rgb(255, 255, 255)');
      const title = await styleOf(page.locator('.information-container .title').first(), 'color');
      expect(Number(/\d+/.exec(title)?.[0]) > 128).to.equal(colorScheme === 'dark');
    }
    expect(complaints).to.deep.equal([]);
  });

  it('has an anchor for every problem that an error points to', async () => {
    const answer = await host.request('GET', '/api/services/nobody');
    const { type } = answer.body as { type: string }; // the problem document of RFC 9457
    await page.goto(`${host.url}${type}`);

    expect(await page.locator(type.replace('/docs', '')).innerText()).to.include('Service not found');
  });
});
