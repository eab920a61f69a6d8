import { expect } from 'chai';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describeInBrowser('the dashboard for everybody', function (browser) {
  this.timeout(180_000);
  let host: BuiltHost;

  beforeEach(async () => {
    const basePath = temporaryFolder();
    for (const name of ['coreio-1.2.0', 'corerl-2.0.1']) install(basePath, 'waits', name);
    write(basePath, 'coredinator.yaml', 'services:\n  telemetry: { kind: coretelemetry }\n'); // it fails: there is no such file
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    const configPath = write(basePath, 'pump1.yaml', 'setpoint: 1\n');
    await host.request('POST', '/api/agents/start?wait=running', { config_path: configPath });
  });
  afterEach(async () => {
    await host.end('SIGTERM');
  });

  it('has no serious finding of axe in the light and in the dark: list, details with every view, dialog', async () => {
    const dashboard = await OpenDashboard.open(browser(), host.url);
    const { page } = dashboard;
    try {
      await page
        .getByRole('img', { name: /^Memory/ })
        .locator('canvas')
        .waitFor();
      expect(await dashboard.seriousFindingsInBothSchemes(), 'host').to.deep.equal([]);
      await dashboard.choose('telemetry', 'failed');
      await page.locator('.drawing [id="state-failed.missing"].is-current').waitFor();
      expect(await dashboard.seriousFindingsInBothSchemes(), 'overview of what failed').to.deep.equal([]);
      await dashboard.choose('pump1', 'running');
      await page.locator('.drawing [id="state-running"].is-current').waitFor();
      expect(await dashboard.seriousFindingsInBothSchemes(), 'agent').to.deep.equal([]);
      await dashboard.choose('pump1-corerl', 'running');
      const views = [
        ['History', page.getByRole('slider')],
        ['Logs', page.getByRole('log').getByText('up', { exact: true })],
        ['Resources', page.getByRole('img', { name: /^Memory/ }).locator('canvas')],
        ['Dependencies', page.locator('.drawing .service').first()],
      ] as const;
      for (const [name, shown] of views) {
        await page.getByRole('tab', { name }).click();
        await shown.waitFor();
        expect(await dashboard.seriousFindingsInBothSchemes(), name).to.deep.equal([]);
      }
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('alertdialog').waitFor();
      expect(await dashboard.seriousFindingsInBothSchemes(), 'dialog').to.deep.equal([]);
      expect(dashboard.complaints).to.deep.equal([]);
    } finally {
      await dashboard.close();
    }
  });
});
