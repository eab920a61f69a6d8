import { expect } from 'chai';
import { CoreioHeldError, ServiceHeldError, ServiceNotFoundError } from '../../../../lib/model/errors.ts';
import { parseAgentId } from '../../../../lib/model/values/ids.ts';
import { UNCONDITIONAL } from '../../../../lib/model/values/precondition.ts';
import { agentPlan, serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a coreio that an agent names by coreio_id', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
  });

  async function settle(): Promise<void> {
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  async function start(id: string, configPath = `/plant/${id}.yaml`): Promise<void> {
    await world.control.startAgent({ configPath, coreioId: 'shared-io' }, world.origin);
    await settle();
  }

  /** Lets happen what a command waits for. */
  async function during(command: Promise<unknown>): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await world.pass();
    await command;
  }

  const stop = (id: string): Promise<void> => during(world.control.stopAgent(id, world.origin));
  const remove = (id: string): Promise<void> => during(world.control.deleteAgent(id, UNCONDITIONAL, world.origin));
  const stopIo = (): Promise<void> => during(world.control.stopIo('shared-io', world.origin));
  const pidOf = (): number | null => world.control.queries.service('shared-io').pid;

  function expectUp(): void {
    expect(world.control.queries.io('shared-io').status).to.include({ state: 'running', intended_state: 'running' });
  }

  it('keeps running when the last agent has stopped, and the next one starts with it', async () => {
    await start('pump1');
    await start('pump2');
    const pid = pidOf();
    await stop('pump1');
    await stop('pump2');
    expectUp();
    await start('pump1');
    expect(pidOf()).to.equal(pid);
  });

  it('keeps running when the last agent is deleted', async () => {
    await start('pump1');
    await remove('pump1');
    expectUp();
  });

  it('keeps running under the next host', async () => {
    await start('pump1');
    await stop('pump1');
    world.kill(1_000);
    await world.boot();
    await settle();
    expectUp();
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.deep.equal(['shared-io']);
  });

  it('keeps running if it was started by the definition of an agent, by its restart or by a reload', async () => {
    const definition = { agentId: parseAgentId('pump1'), configPath: '/plant/pump1.yaml', coreioId: 'shared-io' };
    await world.control.defineAgent({ ...definition, isStarted: true }, UNCONDITIONAL, world.origin);
    await settle();
    await stop('pump1');
    expectUp();
    await stopIo();

    await world.control.restartAgent('pump1', world.origin);
    await settle();
    await stop('pump1');
    expectUp();
    await stopIo();

    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    await settle();
    world.specs.plans.set('pump2', agentPlan('pump2', { coreioId: 'shared-io' }));
    await world.control.reload(false, world.origin);
    await settle();
    await stop('pump2');
    expectUp();
  });

  it('keeps running when the agent releases it for its own one', async () => {
    await start('pump1');
    await stop('pump1');
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await settle();
    expectUp();
  });

  it('is not held by the definition of an agent that does not start', async () => {
    const definition = { agentId: parseAgentId('pump1'), configPath: '/plant/pump1.yaml', coreioId: 'shared-io' };
    await world.control.defineAgent({ ...definition, isStarted: false }, UNCONDITIONAL, world.origin);
    await settle();
    expect(world.processes.live()).to.deep.equal([]);
    expect(await world.store.loadIntentions()).to.have.length(1);
  });

  it('keeps the configuration of the agent that started it', async () => {
    await start('pump1');
    await start('pump2');
    await stop('pump1');
    world.kill(1_000);
    await world.boot();
    expect(world.control.queries.service('shared-io').config_path).to.equal('/plant/pump1.yaml');
  });

  it('is held as well when an agent that 0.1.0 started is started again', async () => {
    await start('pump1');
    await world.store.commitIntentions({ put: [], drop: ['service:shared-io'], journal: [] });
    world.kill(1_000);
    await world.boot();
    await settle();
    await start('pump1');
    await stop('pump1');
    expectUp();
  });

  it('is not stopped by /api/io/stop while agents hold it, which it names', async () => {
    await start('pump1');
    await start('pump2');
    const error = await rejection(world.control.stopIo('shared-io', world.origin));
    expect(error).to.be.instanceOf(CoreioHeldError);
    expect(String(error)).to.contain('is held by agents "pump1", "pump2". Stop those agents first.');
    await settle();
    expectUp();
  });

  it('is gone after /api/io/stop when its agents are stopped, and comes back with the next one', async () => {
    await start('pump1');
    await stop('pump1');
    await stopIo();
    expect(() => world.control.queries.io('shared-io')).to.throw(ServiceNotFoundError);
    expect(world.processes.live()).to.deep.equal([]);
    await during(world.control.startKnownAgent('pump1', world.origin));
    await settle();
    await stop('pump1');
    expectUp();
  });

  it('starts when an agent asks for it while it is being stopped', async () => {
    await start('pump1');
    await stop('pump1');
    world.processes.holdStops();
    const stopped = world.control.stopIo('shared-io', world.origin);
    await world.pass();
    const started = start('pump1');
    await world.pass();
    world.processes.releaseStops();
    await during(Promise.all([stopped, started]));
    await settle();
    await stop('pump1');
    expectUp();
  });

  it('runs again with its agent when it was stopped by itself', async () => {
    await start('pump1');
    await during(world.control.stopService('shared-io', world.origin));
    await start('pump1');
    expectUp();
  });

  it('stops in a drain, and the next host starts it without its agents', async () => {
    await start('pump1');
    await stop('pump1');
    await during(world.control.close('drain'));
    expect(world.processes.live()).to.deep.equal([]);
    world.kill(1_000);
    await world.boot();
    await settle();
    expectUp();
  });

  it('is not stopped by /api/io/stop when it is a host service', async () => {
    world.kill(1_000);
    world.specs.hosts.push({ ...serviceSpec('shared-io'), kind: 'coreio' });
    await world.boot();
    await settle();
    expect(await rejection(world.control.stopIo('shared-io', world.origin))).to.be.instanceOf(ServiceHeldError);
    expectUp();
  });
});
