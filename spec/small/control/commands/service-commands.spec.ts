import { expect } from 'chai';
import { ServiceNotFoundError, ServiceUnheldError } from '../../../../lib/model/errors.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('commands about single services', () => {
  let world: ControlWorld;

  beforeEach(() => {
    world = new ControlWorld();
  });

  async function boot(): Promise<void> {
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  }

  async function stop(id: string): Promise<void> {
    await Promise.all([world.control.stopService(id, world.origin), world.pass(), world.pass()]);
  }

  const stateOf = (id: string): string => world.control.queries.service(id).state;

  it('stop one service of an agent, which stays as it is', async () => {
    await boot();
    await stop('pump1-corerl');
    expect(world.control.queries.service('pump1-corerl')).to.include({
      state: 'stopped',
      intended_state: 'stopped',
      pid: null,
    });
    expect(world.control.queries.agent('pump1')).to.include({ state: 'running', intended_state: 'running' });
  });

  it('stop it for longer than the host lives (supervisord#877)', async () => {
    await boot();
    await stop('pump1-corerl');
    world.kill(1_000);
    await world.boot();
    await world.pass(60_000);
    expect(stateOf('pump1-corerl')).to.equal('stopped');
    expect(stateOf('pump1-coreio')).to.equal('running');
  });

  it('start it again, also after the host has been restarted', async () => {
    await boot();
    await stop('pump1-corerl');
    world.kill(1_000);
    await world.boot();
    await world.control.startService('pump1-corerl', world.origin);
    await world.pass(200);
    await world.pass(200);
    expect(stateOf('pump1-corerl')).to.equal('running');
    expect((await world.store.loadIntentions()).map(({ subject }) => subject)).to.deep.equal(['agent:pump1']);
  });

  it('are over with the next start of their agent, also when that is up (its other services are left alone)', async () => {
    await boot();
    await stop('pump1-corerl');
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    expect(stateOf('pump1-corerl')).to.equal('running');
    expect(world.control.queries.service('pump1-coreio').generation).to.equal(1);
    const writes = world.store.journal.length;
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass();
    expect(world.store.journal.length).to.equal(writes);
  });

  it('start a service at once that waits in backoff', async () => {
    await boot();
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.control.startService('pump1-corerl', world.origin);
    await world.pass();
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'starting', generation: 2 });
  });

  it('restart a service as a new generation', async () => {
    await boot();
    await world.control.restartService('pump1-corerl', world.origin);
    await world.pass();
    await world.pass(200);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation: 2 });
  });

  it('restart it although the host dies before the old process has ended', async () => {
    await boot();
    world.processes.holdStops();
    await world.control.restartService('pump1-corerl', world.origin);
    world.kill(100);
    await world.boot();
    for (const wait of [0, 200]) await world.pass(wait);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation: 2 });
    world.kill(100);
    await world.boot();
    await world.pass(200);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation: 2 }); // and once only
  });

  it('are refused for a service that nobody holds', async () => {
    await boot();
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass()]);
    for (const command of ['startService', 'restartService'] as const) {
      const error = await rejection(world.control[command]('pump1-corerl', world.origin));
      expect(error).to.be.instanceOf(ServiceUnheldError);
      expect((error as Error).message).to.contain('Start its agent "pump1"');
    }
    await world.control.stopService('pump1-corerl', world.origin);
    expect(stateOf('pump1-corerl')).to.equal('stopped');
  });

  it('are refused for an unknown service', async () => {
    await boot();
    expect(await rejection(world.control.startService('nobody', world.origin))).to.be.instanceOf(ServiceNotFoundError);
    expect(await rejection(world.control.stopService('nobody', world.origin))).to.be.instanceOf(ServiceNotFoundError);
  });

  it('give a host service the full life of a service, over restarts of the host', async () => {
    world.specs.hosts.push(serviceSpec('telemetry'));
    await world.boot();
    await world.pass(200);
    expect(stateOf('telemetry')).to.equal('running');
    await stop('telemetry');
    world.kill(100);
    await world.boot();
    await world.pass(60_000);
    expect(stateOf('telemetry')).to.equal('stopped');
    await world.control.startService('telemetry', world.origin);
    await world.pass(200);
    await world.pass(200);
    expect(stateOf('telemetry')).to.equal('running');
  });

  it('start a host service that does not start by itself', async () => {
    world.specs.hosts.push(serviceSpec('later'));
    world.specs.isAutostarted = false;
    await world.boot();
    await world.pass(60_000);
    expect(stateOf('later')).to.equal('stopped');
    await world.control.startService('later', world.origin);
    await world.pass(200);
    await world.pass(200);
    expect(stateOf('later')).to.equal('running');
    world.kill(100);
    await world.boot();
    await world.pass(200);
    expect(stateOf('later')).to.equal('running');
  });
});
