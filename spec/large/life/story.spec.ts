import { expect } from 'chai';
import { join } from 'node:path';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive, isStillAlive, processAt } from '../../support/process/alive.ts';
import { writtenOutput } from '../../support/process/written-output.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** The descendants that a program of the spec said it has. */
function membersOf(basePath: string, serviceId: string, generation: number): number[] {
  const log = writtenOutput(join(basePath, '.coredinator/logs', serviceId), generation, 'stdout');
  return [...log.matchAll(/^member (\d+)$/gm)].map((match) => Number(match[1]));
}

describe('the whole story with the built program and real processes', function () {
  this.timeout(60_000);
  let basePath: string;
  let host: BuiltHost;

  beforeEach(() => {
    basePath = temporaryFolder();
    install(basePath, 'has-setsid-grandchild', 'coreio-1.0.0');
    install(basePath, 'has-daemons', 'corerl-1.0.0');
  });

  afterEach(async () => {
    host = host.pid > 0 && isAlive(host.pid) ? host : await BuiltHost.start(basePath);
    for (const id of ['pump1', 'pump2']) await host.request('POST', `/api/agents/${id}/stop`);
    await host.end('SIGTERM');
  });

  async function start(id: string): Promise<void> {
    const config = write(basePath, `${id}.yaml`, 'setpoint: 1\n');
    const answer = await host.request('POST', '/api/agents/start', { config_path: config });
    expect([answer.status, answer.body]).to.deep.equal([200, id]);
  }

  async function running(...ids: string[]): Promise<void> {
    await eventually(async () => {
      for (const id of ids) expect(await host.agentState(id)).to.equal('running');
    });
  }

  async function identities(): Promise<unknown> {
    return (await host.services()).map(({ id, pid, generation, state }) => ({ id, pid, generation, state }));
  }

  it('starts, restarts, survives its own death, stops whole trees, and remembers', async () => {
    host = await BuiltHost.start(basePath);
    await start('pump1');
    await start('pump2');
    await running('pump1', 'pump2');
    expect((await host.request('GET', '/api/agents/')).body).to.deep.equal(['pump1', 'pump2']);

    const before = await host.service('pump1-corerl');
    const daemons = membersOf(basePath, 'pump1-corerl', 1).map(processAt);
    expect(daemons.filter(isStillAlive)).to.have.length(2);
    process.kill(before.pid ?? -1, 'SIGKILL');
    await eventually(async () => {
      expect(await host.service('pump1-corerl')).to.include({ state: 'running', generation: 2, restarts: 1 });
    });
    const after = await host.service('pump1-corerl');
    expect(after.pid).to.not.equal(before.pid);
    expect(after.last_exit).to.include({ signal: 'SIGKILL', code: null, generation: 1, class: 'signal' });
    expect(daemons.filter(isStillAlive)).to.deep.equal([]);

    await running('pump1', 'pump2');
    const kept = await identities();
    expect(await host.end('SIGKILL')).to.include({ signal: 'SIGKILL' });
    host = await BuiltHost.start(basePath);
    expect(await identities()).to.deep.equal(kept);
    await running('pump1', 'pump2');
    expect((await host.service('pump2-coreio')).adopted).to.equal(true);

    const tree = [
      ...membersOf(basePath, 'pump1-coreio', 1),
      ...membersOf(basePath, 'pump1-corerl', 2),
      (await host.service('pump1-coreio')).pid ?? -1,
      (await host.service('pump1-corerl')).pid ?? -1,
    ].map(processAt);
    expect(tree).to.have.length(6);
    expect(tree.filter(isStillAlive)).to.have.length(6);
    expect(await host.request('POST', '/api/agents/pump1/stop')).to.include({ status: 200, body: null });
    expect(tree.filter(isStillAlive)).to.deep.equal([]);

    expect(await host.end('SIGTERM')).to.include({ code: 0 });
    host = await BuiltHost.start(basePath);
    expect(await host.agentState('pump1')).to.equal('stopped');
    expect(await host.agentState('pump2')).to.equal('running');
    expect((await host.request('GET', '/api/agents/')).body).to.deep.equal(['pump1', 'pump2']);
  });

  it('knows the exit status of a process that ended while no host lived', async () => {
    host = await BuiltHost.start(basePath);
    await start('pump1');
    await running('pump1');
    const { pid } = await host.service('pump1-coreio');
    await host.end('SIGKILL');
    process.kill(pid ?? -1, 'SIGUSR1');
    await eventually(() => {
      expect(isAlive(pid ?? -1)).to.equal(false);
    });
    host = await BuiltHost.start(basePath);
    await eventually(async () => {
      expect(await host.service('pump1-coreio')).to.include({ state: 'running', generation: 2 });
    });
    expect((await host.service('pump1-coreio')).last_exit).to.include({
      signal: 'SIGUSR1',
      generation: 1,
      class: 'signal',
    });
    expect(await host.service('pump1-corerl')).to.include({ generation: 1, adopted: true });
  });

  it('takes everything down in a drain and brings it up again as it was intended', async () => {
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    await start('pump1');
    await running('pump1');
    const tree = [...membersOf(basePath, 'pump1-coreio', 1), ...membersOf(basePath, 'pump1-corerl', 1)];
    expect(await host.end('SIGTERM')).to.include({ code: 0 });
    expect(tree.filter(isAlive)).to.deep.equal([]);
    host = await BuiltHost.start(basePath);
    await running('pump1');
    expect(await host.service('pump1-corerl')).to.include({ generation: 2, adopted: false });
  });
});
