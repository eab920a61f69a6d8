import { expect } from 'chai';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const CONFIGURATION = `kinds:
  gate: { executable: gate }
services:
  gate: { kind: gate }
webhooks:
  alerts:
    url: http://127.0.0.1:9/nobody
    events: [process.exited]
    secret: whsec_${Buffer.alloc(32, 7).toString('base64')}
`;

describeInBrowser('failures on the page', function (browser) {
  this.timeout(120_000);
  let host: BuiltHost;
  let dashboard: OpenDashboard;

  beforeEach(async () => {
    const basePath = temporaryFolder();
    write(basePath, 'coredinator.yaml', CONFIGURATION); // no executable: the service is failed, and stays so
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(browser(), host.url);
    await dashboard.row('gate', 'failed').waitFor();
  });
  afterEach(async () => {
    await dashboard.close();
    await host.end('SIGTERM');
  });

  it('are acknowledged with a note, by keyboard', async () => {
    const { page } = dashboard;
    await dashboard.choose('gate');
    await page.getByRole('button', { name: 'Acknowledge' }).press('Enter');
    await page.getByRole('textbox', { name: 'Note' }).waitFor();
    await page.keyboard.type('the file is being copied');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const line = page.locator('.acknowledgement p');
    await line.waitFor();
    expect(await line.innerText()).to.match(/^Acknowledged( by \S+)? at [\d:]+: the file is being copied$/);
    const { body } = await host.request('GET', '/api/services/gate');
    expect(body).to.have.nested.property('acknowledgement.note', 'the file is being copied');
    expect(await dashboard.seriousFindings()).to.deep.equal([]);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('are not sent by a webhook that is muted there, and the page follows', async () => {
    const { page } = dashboard;
    await page.goto(`${host.url}/ui`);
    await page.getByRole('button', { name: 'Mute alerts' }).click();
    await page.getByLabel('For').selectOption({ label: '4 hours' });
    await page.getByRole('button', { name: 'Mute', exact: true }).last().click();
    await page.getByRole('button', { name: 'Unmute everything of alerts' }).waitFor();
    const muted = async (): Promise<number> =>
      ((await host.request('GET', '/api/webhooks')).body as { webhooks: { mutes: unknown[] }[] }).webhooks[0]!.mutes
        .length;
    expect(await muted()).to.equal(1);
    await host.request('DELETE', '/api/webhooks/alerts/mute'); // by somebody else
    await page.getByRole('button', { name: 'Unmute everything of alerts' }).waitFor({ state: 'detached' });
    await eventually(async () => {
      expect(await muted()).to.equal(0);
    });
  });
});
