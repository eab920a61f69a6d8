import { expect } from 'chai';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the ways a host leaves', function () {
  this.timeout(60_000);
  let basePath: string;
  let host: BuiltHost;

  beforeEach(() => {
    basePath = temporaryFolder();
    install(basePath, 'ignores-sigterm', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
  });

  async function running(grace = '100ms', ...options: readonly string[]): Promise<readonly number[]> {
    host = await BuiltHost.start(basePath, ...options);
    const section = `coredinator: { kinds: { coreio: { stop: { grace: ${grace} } } } }\n`;
    await host.request('POST', '/api/agents/start', { config_path: write(basePath, 'pump1.yaml', section) });
    await eventually(async () => {
      expect(await host.agentState('pump1')).to.equal('running');
    });
    return (await host.services()).map(({ pid }) => pid ?? -1);
  }

  async function stopAll(): Promise<void> {
    await host.request('POST', '/api/agents/pump1/stop');
    expect((await host.end('SIGTERM')).code).to.equal(0);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`leaves its services running on ${signal} and ends with 0`, async () => {
      const pids = await running();
      expect(await host.end(signal)).to.include({ code: 0, signal: null });
      expect(pids.filter(isAlive)).to.deep.equal(pids);
      host = await BuiltHost.start(basePath);
      expect((await host.services()).map(({ pid }) => pid)).to.deep.equal(pids);
      await stopAll();
    });
  }

  it('waits in a drain for the grace of a service, and kills it at the second signal', async () => {
    const pids = await running('10m', '--on-exit', 'drain');
    const ended = host.end('SIGTERM');
    await eventually(async () => {
      expect(await host.service('pump1-coreio')).to.include({ state: 'stopping', intended_state: 'running' });
    });
    expect(pids.filter(isAlive)).to.have.length(1);
    const refused = await host.request('POST', '/api/agents/pump1/stop');
    expect([refused.status, refused.headers.has('retry-after')]).to.deep.equal([503, true]);
    process.kill(host.pid, 'SIGINT');
    expect(await ended).to.include({ code: 0 });
    expect(pids.filter(isAlive)).to.deep.equal([]);
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    await eventually(async () => {
      expect(await host.agentState('pump1')).to.equal('running');
    });
    const leaving = host.end('SIGTERM');
    await eventually(async () => {
      expect((await host.service('pump1-coreio')).state).to.equal('stopping');
    });
    process.kill(host.pid, 'SIGINT');
    expect(await leaving).to.include({ code: 0 });
  });

  it('takes the same signal within a second as one, which npm sends again at a Ctrl-C', async () => {
    await running('3s', '--on-exit', 'drain');
    const end = host.end('SIGINT');
    for (let again = 0; again < 5; again += 1) process.kill(host.pid, 'SIGINT');
    const { code, stderr } = await end;
    expect(code).to.equal(0);
    expect(stderr).to.contain('shutting down').and.not.to.contain('killing the services');
  });

  it('ends with 1 after a bug that nobody caught, writes it down, and leaves its services running', async () => {
    const bug = write(basePath, 'bug.mjs', "process.on('SIGUSR2', () => { throw new Error('a bug'); });\n");
    process.env['NODE_OPTIONS'] = `--import ${bug}`;
    let pids: readonly number[];
    try {
      pids = await running();
    } finally {
      delete process.env['NODE_OPTIONS'];
    }
    const end = await host.end('SIGUSR2');
    expect(end.code).to.equal(1);
    expect(end.stderr).to.contain('a bug').and.to.contain('the next host adopts them');
    expect(pids.filter(isAlive)).to.deep.equal(pids);
    host = await BuiltHost.start(basePath);
    expect((await host.services()).map(({ pid }) => pid)).to.deep.equal(pids);
    const crash = (await host.history()).find(({ type }) => type === 'host.crashed');
    expect(crash?.detail).to.deep.equal({ message: 'a bug' });
    await stopAll();
  });
});
