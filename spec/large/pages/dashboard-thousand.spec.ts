import { expect } from 'chai';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const COUNT = 1_000;
/** A window shows some 25 rows; so many more may be kept at hand around them. */
const MOST_ROWS = 80;

describeInBrowser('the dashboard of 1,000 services', function (browser) {
  this.timeout(240_000);
  let host: BuiltHost;
  let dashboard: OpenDashboard;

  beforeEach(async () => {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'coretelemetry-1.0.0');
    // All but one fail, since their file is not there: what is measured is the page, and a thousand processes would be in its way.
    const ids = Array.from({ length: COUNT - 1 }, (_, index) => `service-${String(index).padStart(4, '0')}`);
    const services = ids.map((id) => `  ${id}: { kind: absent }\n`).join('');
    const kinds = 'kinds:\n  absent: { executable: absent }\n';
    write(basePath, 'coredinator.yaml', `${kinds}services:\n  telemetry: { kind: coretelemetry }\n${services}`);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(browser(), host.url);
  });
  afterEach(async () => {
    await dashboard.close();
    await host.end('SIGTERM');
  });

  const rows = (): Promise<number> => dashboard.page.getByRole('treeitem').count();

  it('has all of them in its list and only the visible ones in the document, can be searched and filtered, and shows a change', async () => {
    await dashboard.page.getByRole('button', { name: `${COUNT - 1} failed` }).waitFor();
    await dashboard.row('telemetry', 'running').waitFor();
    expect(await rows()).to.be.lessThan(MOST_ROWS);

    await dashboard.page.getByRole('tree').focus();
    await dashboard.page.keyboard.press('End');
    await dashboard.row(`service-0${COUNT - 2}`, 'failed').waitFor();
    expect(await dashboard.activeRow()).to.equal(`service-0${COUNT - 2} failed`);
    expect(await rows()).to.be.lessThan(MOST_ROWS);

    await dashboard.page.reload(); // the address still says what was chosen
    await dashboard.heading(`service-0${COUNT - 2}`).waitFor();
    await eventually(async () => {
      expect(await dashboard.activeRow()).to.equal(`service-0${COUNT - 2} failed`);
      expect(await dashboard.isInView(`service-0${COUNT - 2}`)).to.equal(true);
    });

    await dashboard.page.getByRole('searchbox', { name: 'Search agents and services' }).fill('0512');
    await dashboard.choose('service-0512', 'failed');
    await dashboard.page.getByRole('searchbox', { name: 'Search agents and services' }).fill('');
    await dashboard.page.getByRole('button', { name: '1 running' }).click();
    await dashboard.choose('telemetry', 'running');

    await eventually(async () => {
      expect(await rows(), 'its group and the one that runs').to.equal(2);
    });
    await dashboard.page.getByRole('button', { name: '1 running' }).click();

    await dashboard.choose('telemetry');
    const { pid } = await host.service('telemetry');
    process.kill(pid ?? -1, 'SIGKILL');
    await dashboard.page.getByRole('main').getByText('killed by SIGKILL').first().waitFor();

    expect(dashboard.complaints).to.deep.equal([]);
  });
});
