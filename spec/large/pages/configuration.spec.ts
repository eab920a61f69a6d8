import { expect } from 'chai';
import { join } from 'node:path';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const BEFORE = `kinds:
  work: { executable: work, version: "^1" }
services:
  press: { kind: work, env: { MODEL: one } }
`;
const AFTER = BEFORE.replace('one', 'two').replace('press:', 'mixer: { kind: work }\n  press:');

describeInBrowser('configuration and versions on the page', function (browser) {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  let dashboard: OpenDashboard;

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'work-1.0.0');
    install(basePath, 'waits', 'work-1.1.0');
    write(basePath, 'coredinator.yaml', BEFORE);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(browser(), host.url);
    await dashboard.row('press', 'running').waitFor();
  });
  afterEach(async () => {
    await dashboard.close();
    await host.end('SIGTERM');
  });

  async function screenshot(name: string): Promise<void> {
    const folder = process.env['COREDINATOR_SCREENSHOTS'];
    if (folder !== undefined) await dashboard.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  it('reloads what it has shown, old and new for each key, by keyboard', async () => {
    const { page } = dashboard;
    write(basePath, 'coredinator.yaml', AFTER);
    const { generation } = await host.service('press');
    await page.getByRole('button', { name: 'Reload', exact: true }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('env.MODEL').last().waitFor();
    const said = await dialog.innerText();
    expect(said).to.match(/mixer: start/);
    expect(said).to.match(/press: restart/);
    expect(said).to.match(/env\.MODEL: <hidden> → <hidden>/);
    expect(said).to.include('Restarts press.');
    expect((await host.service('press')).generation, 'nothing has happened yet').to.equal(generation);
    expect(await dashboard.seriousFindings()).to.deep.equal([]);
    await screenshot('reload');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.getByText('Reloaded: 2 services changed, 1 restarted.').waitFor();
    await page.keyboard.press('Enter');
    await dashboard.row('mixer', 'running').waitFor();
    await eventually(async () => {
      expect((await host.service('press')).generation).to.equal(generation + 1);
    });
    await page.getByRole('button', { name: 'Reload', exact: true }).click();
    await dialog.getByText('Nothing changes').waitFor();
    expect(await dialog.getByRole('button').allInnerTexts()).to.deep.equal(['Close']);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('applies nothing if the files have changed since they were shown, and says so', async () => {
    const { page } = dashboard;
    write(basePath, 'coredinator.yaml', AFTER);
    await page.getByRole('button', { name: 'Reload', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Restarts press.').waitFor();
    write(basePath, 'coredinator.yaml', AFTER.replace('two', 'three'));
    await dialog.getByRole('button', { name: 'Reload' }).click();
    await dialog.getByText('Nothing was changed.').waitFor();
    expect((await host.services()).map(({ id }) => id)).to.deep.equal(['press']);
    write(basePath, 'coredinator.yaml', 'kindz: {}\n');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    await dialog.getByText('kindz').waitFor();
  });

  it('pins a version with a preview, goes back to an earlier one, and unpins it', async () => {
    const { page } = dashboard;
    await dashboard.choose('press');
    const open = page.getByRole('button', { name: 'Change the version of press' });
    await open.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: '1.1.0 (runs now)' }).waitFor();
    await dialog.getByText('It is so already.').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await dialog.getByText('version: ^1 → 1.0.0').waitFor();
    await dialog.getByText('Restarts press.').waitFor();
    expect(await dashboard.seriousFindings()).to.deep.equal([]);
    await screenshot('version');
    expect((await host.service('press')).version, 'nothing has happened yet').to.equal('1.1.0');
    await dialog.getByRole('button', { name: 'Pin to 1.0.0' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page
      .locator('.facts')
      .getByText(/^to 1\.0\.0/)
      .waitFor();
    await eventually(async () => {
      expect((await host.service('press')).version).to.equal('1.0.0');
    });
    await open.click();
    await dialog.getByRole('radio', { name: 'As configured' }).waitFor();
    await dialog.getByText('As configured').click();
    await dialog.getByText('version: 1.0.0 → ^1').waitFor();
    await dialog.getByRole('button', { name: 'Unpin' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page
      .locator('.facts')
      .getByText(/^to 1\.0\.0/)
      .waitFor({ state: 'detached' });
    await eventually(async () => {
      expect((await host.service('press')).version).to.equal('1.1.0');
    });
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('leaves the versions where they are when it says what would change', async () => {
    const { page } = dashboard;
    await dashboard.choose('press');
    let preview: () => void = () => undefined;
    const awaited = new Promise<void>((resolve) => (preview = resolve));
    await page.route('**/api/services/press/version', async (route) => {
      if (route.request().method() === 'POST') await awaited;
      await route.fallback();
    });
    await page.getByRole('button', { name: 'Change the version of press' }).press('Enter');
    const dialog = page.getByRole('dialog');
    const choice = dialog.getByText('As configured');
    const before = await choice.boundingBox();
    preview();
    await dialog.getByText('It is so already.').waitFor();

    expect(await choice.boundingBox()).to.deep.equal(before);
  });

  it('keeps the message of a refused command until it is closed', async () => {
    const { page } = dashboard;
    await dashboard.choose('press');
    await page.route('**/api/services/press/restart', (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: '/docs#conflict',
          title: 'Conflict',
          status: 409,
          detail: 'Somebody else was faster.',
        }),
      }),
    );
    await dashboard.command('Restart');
    await page.getByRole('alert').getByText('Somebody else was faster.').waitFor();
    await page.getByRole('button', { name: 'Close the message' }).press('Enter');
    await page.getByText('Somebody else was faster.').waitFor({ state: 'detached' });
  });
});
