import { expect } from 'chai';
import { chmodSync, chownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { isNativeShimBuilt } from '../support/process/shim-driver.ts';
import { openToOthers, temporaryFolder } from '../support/temporary.ts';

const NOBODY = 65_534;

describe('the built host with services of other users', function () {
  this.timeout(60_000);
  let basePath: string;

  before(function () {
    if (process.platform !== 'linux' || process.geteuid?.() !== 0 || !isNativeShimBuilt()) this.skip(); // only root may
  });
  beforeEach(() => {
    basePath = temporaryFolder();
    chmodSync(basePath, 0o755);
    install(basePath, 'waits', 'coretelemetry-1.0.0');
  });

  function configure(user: string): void {
    write(basePath, 'coredinator.yaml', `services: { telemetry: { kind: coretelemetry, user: ${user} } }\n`);
  }

  function userOf(pid: number | null): string {
    return /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid ?? ''}/status`, 'utf8'))?.[1] ?? '';
  }

  it('runs them as that user, keeps its own files, adopts them, and restarts them when the user changes', async () => {
    configure('nobody');
    const first = await BuiltHost.start(basePath);
    const running = await eventually(async () => {
      const service = await first.writtenService('telemetry');
      expect(service.state).to.equal('running');
      return service;
    });
    expect(userOf(running.pid)).to.equal(String(NOBODY));
    expect(openToOthers(join(basePath, '.coredinator'))).to.deep.equal([]);
    const [log = ''] = readdirSync(join(basePath, '.coredinator/logs/telemetry'));
    expect(statSync(join(basePath, '.coredinator/logs/telemetry', log)).uid).to.equal(0);
    await first.end('SIGKILL');

    const next = await BuiltHost.start(basePath);
    expect(await next.service('telemetry')).to.include({ state: 'running', pid: running.pid, adopted: true });
    configure('"4711", group: "4711"');
    const { body } = await next.request('POST', '/api/config/reload');
    expect(body).to.have.deep.nested.property('changes[0].changed', ['user', 'group']);
    await eventually(async () => {
      const service = await next.service('telemetry');
      expect(service).to.include({ state: 'running', generation: 2 });
      expect(userOf(service.pid)).to.equal('4711');
    });
    await next.request('POST', '/api/shutdown', { mode: 'drain' });
    expect(await next.ended).to.include({ code: 0 });
  });

  it('comes up without a user that does not exist, and says so', async () => {
    configure('no-such-user-here');
    const host = await BuiltHost.start(basePath);
    await eventually(async () => {
      const { state, reason } = await host.service('telemetry');
      expect(['backoff', 'failed']).to.include(state);
      expect(reason).to.contain('user "no-such-user-here" does not exist on this machine');
    });
    await host.end('SIGTERM');
  });

  it('refuses them in words as nobody, and runs what is its own', async () => {
    chownSync(basePath, NOBODY, NOBODY);
    install(basePath, 'waits', 'coregateway-1.0.0');
    const other = 'telemetry: { kind: coretelemetry, user: root }';
    write(basePath, 'coredinator.yaml', `services: { ${other}, own: { kind: coregateway, user: nobody } }\n`);
    const host = await BuiltHost.startAs(NOBODY, basePath);
    await eventually(async () => {
      const { state, reason, pid } = await host.service('telemetry');
      expect(['backoff', 'failed']).to.include(state);
      expect(reason).to.contain('the host does not run as root, so it cannot run programs as user "root"');
      expect(pid).to.equal(null);
      expect((await host.service('own')).state).to.equal('running');
    });
    await host.request('POST', '/api/shutdown', { mode: 'drain' });
    expect(await host.ended).to.include({ code: 0 });
  });
});
