import { expect } from 'chai';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { rejection } from '../../support/rejection.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('a command whose host dies', function () {
  this.timeout(60_000);
  let basePath: string;
  let host: BuiltHost;
  let pids: readonly number[];

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'ignores-sigterm', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    host = await BuiltHost.start(basePath);
    await start();
  });

  async function start(): Promise<void> {
    const section = 'coredinator: { kinds: { coreio: { stop: { grace: 500ms } } } }\n';
    const body = { config_path: write(basePath, 'pump1.yaml', section) };
    const started = await host.request('POST', '/api/agents/start?wait=running&timeout=20s', body);
    expect([started.status, started.body]).to.deep.equal([200, 'pump1']);
    pids = (await host.services()).map(({ pid }) => pid ?? -1);
  }

  /** Another host over the same state, which dies when it comes by that point. */
  async function hostThatDies(crashAt: string): Promise<void> {
    await host.end('SIGKILL');
    host = await BuiltHost.startToDie(basePath, crashAt);
  }

  async function nextHost(): Promise<void> {
    expect((await host.ended).signal).to.equal('SIGKILL');
    host = await BuiltHost.start(basePath);
  }

  async function assertGone(): Promise<void> {
    await eventually(async () => {
      expect((await host.request('GET', '/api/agents/pump1')).status).to.equal(404);
      expect((await host.request('GET', '/api/agents')).body).to.deep.equal([]);
      expect(await host.services()).to.deep.equal([]);
    });
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect((await host.request('DELETE', '/api/agents/pump1')).status).to.equal(404);
    expect((await host.history()).filter(({ type }) => type === 'agent.deleted')).to.have.length(1);
  }

  for (const [when, crashAt] of [
    ['as soon as it is accepted', 'after-intention:1'],
    ['when all is done but the answer', 'after-intention:2'],
  ] as const) {
    it(`deletes an agent all the same: ${when}`, async () => {
      await hostThatDies(crashAt);
      await rejection(host.request('DELETE', '/api/agents/pump1'));
      await nextHost();
      await assertGone();
      await start(); // and the name is free
      expect((await host.request('DELETE', '/api/agents/pump1')).status).to.equal(204);
      await host.end('SIGTERM');
    });
  }

  it('deletes an agent all the same: while its processes are on their way out', async () => {
    const deleted = rejection(host.request('DELETE', '/api/agents/pump1'));
    await eventually(async () => {
      expect((await host.service('pump1-coreio')).state).to.equal('stopping');
    });
    await host.end('SIGKILL');
    await deleted;
    await nextHost();
    await assertGone();
    await host.end('SIGTERM');
  });

  it('restarts a service once, however often it is sent with its key', async () => {
    const restart = () =>
      host.request('POST', '/api/services/pump1-corerl/restart?wait=running', undefined, { 'Idempotency-Key': 'k-1' });
    await hostThatDies('after-intention:1');
    await rejection(restart());
    await nextHost();
    const first = await restart();
    expect(first.body).to.include({ state: 'running', generation: 2 });
    expect(first.headers.get('idempotency-replayed')).to.equal(null);
    const again = await restart();
    expect(again.body).to.deep.equal(first.body);
    expect(again.headers.get('idempotency-replayed')).to.equal('true');
    await host.writtenService('pump1-corerl');
    await host.end('SIGKILL');
    await nextHost();
    expect((await restart()).body).to.deep.equal(first.body);
    expect(await host.service('pump1-corerl')).to.include({ state: 'running', generation: 2 });
    expect((await host.request('DELETE', '/api/agents/pump1')).status).to.equal(204);
    await host.end('SIGTERM');
  });

  it('is none for a host that was asked to leave: it goes by the way of the signal', async () => {
    expect((await host.request('POST', '/api/shutdown', { mode: 'detach' })).status).to.equal(202);
    expect(await host.ended).to.include({ code: 0, signal: null });
    expect(pids.filter(isAlive)).to.deep.equal(pids);
    host = await BuiltHost.start(basePath);
    expect((await host.request('POST', '/api/shutdown', { mode: 'drain' })).body).to.deep.equal({ mode: 'drain' });
    expect(await host.ended).to.include({ code: 0, signal: null });
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });
});
