import { expect } from 'chai';
import { chmodSync } from 'node:fs';
import { describeInBrowser } from '../../support/built/browser.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { OpenDashboard } from '../../support/built/dashboard.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Backoff lasts long enough to be seen by a browser under load; of the slow one starting too. */
const SERVICES = `kinds:
  coretelemetry: { executable: coretelemetry, backoff: { initial: 2s, jitter: 0 } }
  slow: { executable: coretelemetry, settle: 2s, backoff: { initial: 2s, jitter: 0 } }
services:
  slow: { kind: slow }
  telemetry: { kind: coretelemetry }
`;

describeInBrowser('the dashboard in a browser', function (browser) {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  let dashboard: OpenDashboard;

  beforeEach(async () => {
    basePath = temporaryFolder();
    for (const name of ['coreio-1.2.0', 'corerl-2.0.1', 'coretelemetry-1.0.0']) install(basePath, 'waits', name);
    write(basePath, 'coredinator.yaml', SERVICES);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(browser(), host.url);
    await dashboard.row('telemetry', 'running').waitFor();
  });
  afterEach(async () => {
    await dashboard.close();
    await host.end('SIGTERM');
  });

  async function startPump1(): Promise<void> {
    const configPath = write(basePath, 'pump1.yaml', 'setpoint: 1\n');
    await host.request('POST', '/api/agents/start', { config_path: configPath });
  }

  /**
   * Looks from now on at the states that the row of a service shows. What it gives waits until the row shows the last of these again,
   * and tells them one after the other.
   */
  async function watchStates(id: string, last: string): Promise<() => Promise<readonly string[]>> {
    const script = `new Promise((resolve) => {
      const seen = [];
      const look = () => {
        const row = document.querySelector('[role=treeitem][data-id="service:${id}"]');
        const state = row?.querySelector('.row-state').textContent ?? seen.at(-1);
        if (state !== seen.at(-1)) seen.push(state);
        if (state !== '${last}' || seen.length < 2) return;
        observer.disconnect();
        resolve(seen);
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      look();
    })`;
    // The promise lies in an object: one by itself would be waited for here.
    const watch = await dashboard.page.evaluateHandle<{ readonly seen: Promise<string[]> }>(`({ seen: ${script} })`);
    return () => watch.evaluate(({ seen }) => seen);
  }

  it('shows an agent starting with its services, without a reload, and with requests only to this host', async () => {
    await startPump1();
    await dashboard.row('pump1', 'running').waitFor();
    await dashboard.row('pump1-coreio', 'running').waitFor();
    await dashboard.choose('pump1-corerl', 'running');

    await dashboard.waitForAddress('#/services/pump1-corerl');
    await dashboard.page.getByText('It is running as intended.').waitFor();
    expect(dashboard.foreign).to.deep.equal([]);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('shows a killed process as backoff and as running again, with the reason', async () => {
    await dashboard.choose('slow', 'running');
    const statesSeen = await watchStates('slow', 'running');
    const { pid } = await host.service('slow');
    process.kill(pid ?? -1, 'SIGKILL');

    expect(await statesSeen()).to.deep.equal(['running', 'backoff', 'starting', 'running']);
    const detail = dashboard.page.getByRole('main');
    await detail.getByText('killed by SIGKILL').first().waitFor();
    await detail.getByText(/The process of slow .*SIGKILL/).waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('stops and starts a service by button, after it has said what will happen', async () => {
    const { pid } = await host.service('telemetry');
    await dashboard.choose('telemetry');
    await dashboard.page.getByRole('definition').getByText(String(pid), { exact: true }).waitFor();
    const said = await dashboard.command('Stop');
    await dashboard.row('telemetry', 'stopped').waitFor();

    expect(said)
      .to.include('Stop service telemetry?')
      .and.include(`Process ${String(pid)} and its descendants`);
    expect(await host.service('telemetry')).to.include({ state: 'stopped', intended_state: 'stopped', pid: null });
    await dashboard.command('Start');
    await dashboard.row('telemetry', 'running').waitFor();
    expect(await host.service('telemetry')).to.include({ state: 'running', generation: 2 });
  });

  it('does nothing if the dialog is cancelled', async () => {
    await dashboard.choose('telemetry');
    await dashboard.page.getByRole('button', { name: 'Stop', exact: true }).click();
    const dialog = dashboard.page.getByRole('alertdialog');
    await dialog.waitFor();
    await dashboard.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    expect(await host.service('telemetry')).to.include({ state: 'running', generation: 1 });
  });

  it('shows why the host rejects a command', async () => {
    await startPump1();
    await dashboard.choose('pump1', 'running');
    await dashboard.command('Stop');
    await dashboard.row('pump1', 'stopped').waitFor();
    write(basePath, 'pump1.yaml', 'coredinator: { kindz: {} }\n');
    await dashboard.command('Start');

    expect(await dashboard.page.getByRole('main').getByRole('alert').innerText()).to.include('kindz');
  });

  it('recovers by itself when the host is killed and restarted, and shows what has changed in the meantime', async () => {
    await dashboard.choose('telemetry');
    const { port } = new URL(host.url);
    await host.end('SIGKILL');
    await dashboard.page.getByText('Reconnecting since').waitFor();
    write(basePath, 'coredinator.yaml', `${SERVICES}  gateway: { kind: coretelemetry }\n`);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port);
    await dashboard.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();

    await dashboard.row('gateway', 'running').waitFor();
    await dashboard.page.getByText(`pid ${host.pid}`, { exact: true }).waitFor();
    await dashboard.page.getByText('(adopted)').waitFor();
    const statesSeen = await watchStates('telemetry', 'running');
    process.kill((await host.service('telemetry')).pid ?? -1, 'SIGKILL');
    expect((await statesSeen()).at(-1)).to.equal('running');
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('shows past states on a slider, including those before the restart of the host, and their place in the statechart', async () => {
    const { port } = new URL(host.url);
    await dashboard.choose('telemetry');
    await dashboard.command('Restart');
    await dashboard.page.getByRole('main').getByText('generation 2').first().waitFor();
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port);
    await dashboard.page.getByRole('tab', { name: 'History' }).click();
    const steps = dashboard.page.getByRole('region', { name: 'Steps, newest first' });
    await steps.getByText('adopted by a new host').waitFor();
    const current = dashboard.page.locator('.drawing .state.is-current');
    await dashboard.page.locator('.drawing [id="state-running.ready"].is-current').waitFor();

    await steps.getByText('running → stopping').waitFor();
    await steps.getByText('a restart was requested').waitFor();
    const slider = dashboard.page.getByRole('slider');
    await slider.focus();
    await dashboard.page.keyboard.press('Home');
    await dashboard.page.getByText('Nothing is stored about that time.').waitFor();
    await steps.getByText('running → stopping').click();
    await dashboard.page.locator('.drawing [id="state-stopping"].is-current').waitFor();
    expect(await dashboard.page.locator('.transition.is-lit').getAttribute('data-source')).to.equal('running');
    expect(await current.count()).to.be.greaterThan(0);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('draws the dependencies of a service with links, and shows its resource usage', async () => {
    await startPump1();
    await dashboard.choose('pump1-corerl', 'running');
    await dashboard.page.getByRole('tab', { name: 'Dependencies' }).click();
    await dashboard.page.locator('.drawing [id="service-pump1-coreio"].is-running').click();
    await dashboard.heading('pump1-coreio').waitFor();
    await dashboard.page.getByRole('tab', { name: 'Resources' }).click();

    const memory = dashboard.page.getByRole('img', { name: /^Memory: .*iB, peak/ });
    await memory.locator('canvas').waitFor();
    await dashboard.waitForAddress('#/services/pump1-coreio/resources');
    await dashboard.page.getByRole('link', { name: 'the last 24 hours' }).click();
    await dashboard.waitForAddress('#/services/pump1-coreio/history?last=86400');
    await dashboard.page.getByRole('radio', { name: '24 h', exact: true, checked: true }).waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('can be used with the keyboard alone: search, list, tabs and dialog', async () => {
    const { keyboard } = dashboard.page;
    await startPump1();
    await dashboard.row('pump1-corerl', 'running').waitFor();
    await dashboard.page.getByRole('searchbox', { name: 'Search agents and services' }).focus();
    await keyboard.type('corerl');
    await dashboard.row('telemetry').waitFor({ state: 'detached' });
    await dashboard.page.getByRole('tree').focus();
    await keyboard.press('ArrowDown');
    await dashboard.heading('pump1').waitFor();
    await keyboard.press('ArrowLeft');
    await dashboard.row('pump1-corerl').waitFor({ state: 'detached' });
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await dashboard.heading('pump1-corerl').waitFor();
    await keyboard.type('pump1');
    await dashboard.heading('pump1').waitFor();
    await keyboard.press('End');
    await dashboard.heading('pump1-corerl').waitFor();
    expect(await dashboard.activeRow()).to.equal('pump1-corerl running');
    await dashboard.page.getByRole('tab', { name: 'Overview' }).focus();
    await keyboard.press('ArrowRight');
    await dashboard.waitForAddress('?text=corerl#/services/pump1-corerl/history');

    await dashboard.page.getByRole('button', { name: 'Stop', exact: true }).focus();
    await keyboard.press('Enter');
    await dashboard.page.getByRole('alertdialog').waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await dashboard.row('pump1-corerl', 'stopped').waitFor();
  });

  it('continues with keys from a group that a click closes over the active row', async () => {
    await startPump1();
    await dashboard.choose('pump1-corerl', 'running');
    await dashboard.row('pump1', 'running').locator('.chevron').click();
    await dashboard.row('pump1-corerl').waitFor({ state: 'detached' });
    expect(await dashboard.activeRow()).to.equal('pump1 running');

    await dashboard.page.keyboard.press('ArrowRight');
    await dashboard.row('pump1-corerl').waitFor();
    await dashboard.heading('pump1-corerl').waitFor();
  });

  it('keeps asking for a token after the end of a host that required one during its shutdown', async () => {
    const { port } = new URL(host.url);
    const tokenFile = write(basePath, 'token', 'a-token-of-the-spec-1\n');
    chmodSync(tokenFile, 0o600);
    const { page } = dashboard;
    await host.end('SIGTERM');
    // What a host says that reads another token just before it ends: after that, nobody can be asked for another page.
    await page.route('**/api/**', (route) =>
      route.fulfill({ status: 401, json: { title: 'Unauthorized', status: 401 } }),
    );
    await page.getByLabel('Token').waitFor();
    await page.unroute('**/api/**');
    await page.getByLabel('Token').fill('a-token-of-the-spec-1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('Cannot reach a host').waitFor();

    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port, '--token-file', tokenFile);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await dashboard.row('telemetry', 'running').waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('asks for the token of a host, and again when the token changes', async () => {
    const { port } = new URL(host.url);
    const tokenFile = write(basePath, 'token', 'a-token-of-the-spec-1\n');
    chmodSync(tokenFile, 0o600);
    await host.end('SIGTERM');
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port, '--token-file', tokenFile);
    const token = dashboard.page.getByLabel('Token');
    await token.fill('a-token-of-the-spec-1');
    await dashboard.page.getByRole('button', { name: 'Sign in' }).click();
    await dashboard.choose('telemetry', 'running');
    await dashboard.command('Stop');
    await dashboard.row('telemetry', 'stopped').waitFor();

    write(basePath, 'token', 'a-token-of-the-spec-2\n');
    await host.end('SIGTERM');
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port, '--token-file', tokenFile);
    await token.waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });
});
