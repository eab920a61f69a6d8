import { expect } from 'chai';
import { whyNoBrowser } from '../support/browser.ts';
import { BuiltHost, install, write } from '../support/built-host.ts';
import { OpenDashboard } from '../support/dashboard.ts';
import { temporaryFolder } from '../support/temporary.ts';

const reason = whyNoBrowser();
/** Long enough to be seen by a browser under load. */
const SLOW_BACKOFF = 'backoff: { initial: 2s, jitter: 0 }';

describe(`the dashboard in a browser${reason === null ? '' : ` (skipped: ${reason})`}`, function () {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  let dashboard: OpenDashboard;

  beforeEach(async function () {
    if (reason !== null) this.skip();
    basePath = temporaryFolder();
    for (const name of ['coreio-1.2.0', 'corerl-2.0.1', 'coretelemetry-1.0.0']) install(basePath, 'waits', name);
    const kinds = `kinds:\n  coretelemetry: { executable: coretelemetry, ${SLOW_BACKOFF} }\n`;
    write(basePath, 'coredinator.yaml', `${kinds}services:\n  telemetry: { kind: coretelemetry }\n`);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    dashboard = await OpenDashboard.open(host.url);
    await dashboard.row('telemetry', 'running').waitFor();
  });
  afterEach(async () => {
    if (reason !== null) return;
    await dashboard.close();
    await host.end('SIGTERM');
  });

  async function startPump1(): Promise<void> {
    const configPath = write(basePath, 'pump1.yaml', 'setpoint: 1\n');
    await host.request('POST', '/api/agents/start', { config_path: configPath });
  }

  /** The states that the row of a service shows from now on, one after the other, until it shows the last of these again. */
  function statesSeen(id: string, last: string): Promise<readonly string[]> {
    const script = `new Promise((resolve) => {
      const seen = [];
      const look = () => {
        const row = document.querySelector('[role=row][aria-label^="${id}, "]');
        const state = row?.getAttribute('aria-label').split(', ')[1] ?? seen.at(-1);
        if (state !== seen.at(-1)) seen.push(state);
        if (state !== '${last}' || seen.length < 2) return;
        observer.disconnect();
        resolve(seen);
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      look();
    })`;
    return dashboard.page.evaluate<string[]>(script);
  }

  it('shows an agent coming up with its services, without a reload, from nobody but this host', async () => {
    await startPump1();
    await dashboard.row('pump1', 'running').waitFor();
    await dashboard.row('pump1-coreio', 'running').waitFor();
    await dashboard.row('pump1-corerl', 'running').click();
    await dashboard.heading('pump1-corerl').waitFor();

    expect(dashboard.address).to.equal('#/services/pump1-corerl');
    await dashboard.page.getByText('It is meant to run, and it does.').waitFor();
    expect(dashboard.foreign).to.deep.equal([]);
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('shows a killed process as backoff and as running again, with the reason', async () => {
    await dashboard.row('telemetry').click();
    const seen = statesSeen('telemetry', 'running');
    const { pid } = await host.service('telemetry');
    process.kill(pid ?? -1, 'SIGKILL');

    expect(await seen).to.deep.equal(['running', 'backoff', 'starting', 'running']);
    const detail = dashboard.page.getByRole('main');
    await detail.getByText('SIGKILL (signal)').waitFor();
    await detail.getByText(/The process of telemetry .*SIGKILL/).waitFor();
    expect(dashboard.complaints).to.deep.equal([]);
  });

  it('stops and starts a service by button, after it has said what will happen', async () => {
    const { pid } = await host.service('telemetry');
    await dashboard.row('telemetry').click();
    const said = await dashboard.command('Stop');
    await dashboard.row('telemetry', 'stopped').waitFor();

    expect(said)
      .to.include('Stop service telemetry?')
      .and.include(`Process ${pid ?? '?'} and everything`);
    expect(await host.service('telemetry')).to.include({ state: 'stopped', intended_state: 'stopped', pid: null });
    await dashboard.command('Start');
    await dashboard.row('telemetry', 'running').waitFor();
    expect(await host.service('telemetry')).to.include({ state: 'running', generation: 2 });
  });

  it('does nothing when the dialog is left', async () => {
    await dashboard.row('telemetry').click();
    await dashboard.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await dashboard.page.keyboard.press('Escape');
    await dashboard.page.getByRole('alertdialog').waitFor({ state: 'detached' });

    expect(await host.service('telemetry')).to.include({ state: 'running', generation: 1 });
  });

  it('says what the host has against a command', async () => {
    await startPump1();
    await dashboard.row('pump1', 'running').click();
    await dashboard.command('Stop');
    await dashboard.row('pump1', 'stopped').waitFor();
    write(basePath, 'pump1.yaml', 'coredinator: { kindz: {} }\n');
    await dashboard.command('Start');

    expect(await dashboard.page.getByRole('main').getByRole('alert').innerText()).to.include('kindz');
  });

  it('recovers by itself when the host is killed and comes back, and shows what has changed meanwhile', async () => {
    await dashboard.row('telemetry').click();
    const { port } = new URL(host.url);
    await host.end('SIGKILL');
    await dashboard.page.getByText('Reconnecting since').waitFor();
    write(
      basePath,
      'coredinator.yaml',
      'services:\n  telemetry: { kind: coretelemetry }\n  gateway: { kind: coretelemetry }\n',
    );
    host = await BuiltHost.start(basePath, '--on-exit', 'drain', '--port', port);
    await dashboard.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();

    await dashboard.row('gateway', 'running').waitFor();
    await dashboard.page.getByText(`pid ${host.pid}`, { exact: true }).waitFor();
    await dashboard.page.getByText('(adopted)').waitFor();
    const seen = statesSeen('telemetry', 'running');
    process.kill((await host.service('telemetry')).pid ?? -1, 'SIGKILL');
    expect((await seen).at(-1)).to.equal('running');
    expect(dashboard.complaints).to.deep.equal([]);
  });
});
