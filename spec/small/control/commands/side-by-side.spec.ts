import { expect } from 'chai';
import { CoreioHeldError } from '../../../../lib/model/errors.ts';
import { parseAgentId } from '../../../../lib/model/values/ids.ts';
import { UNCONDITIONAL } from '../../../../lib/model/values/precondition.ts';
import { agentPlan } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

describe('a shared coreio that is started side by side with another command that changes its intention', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    // Its restart is intended by hand, and nobody holds it any more.
    await start('pump1');
    await world.control.restartAgent('pump1', world.origin);
    await during(world.control.stopAgent('pump1', world.origin));
  });

  const startIo = (): Promise<unknown> =>
    world.control.startIo({ configPath: '/plant/io.yaml', coreioId: 'io' }, world.origin);
  const request = (id: string) => ({ configPath: `/plant/${id}.yaml`, coreioId: 'io' });
  const definition = (id: string) => ({ agentId: parseAgentId(id), configPath: `/plant/${id}.yaml`, isStarted: false });

  async function start(id: string): Promise<void> {
    await world.control.startAgent(request(id), world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  /** Lets happen what a command waits for. */
  async function during(...commands: Promise<unknown>[]): Promise<void> {
    const answers = Promise.all(commands);
    for (let turn = 0; turn < 5; turn += 1) await world.pass();
    await answers;
  }

  async function expectItToStay(): Promise<void> {
    for (const wait of [0, 200]) await world.pass(wait);
    expect(world.control.queries.service('io')).to.include({ state: 'running', intended_state: 'running' });
    world.kill(1_000);
    await world.boot();
    for (const wait of [0, 200]) await world.pass(wait);
    expect(world.control.queries.service('io')).to.include({ state: 'running', intended_state: 'running' });
  }

  it('stays up when the agent is gone that was started', async () => {
    await during(startIo(), world.control.startAgent(request('pump2'), world.origin));
    await during(world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin));
    await during(world.control.deleteAgent('pump2', UNCONDITIONAL, world.origin));
    await expectItToStay();
  });

  it('stays up when the last agent is started that named it, and does so no more', async () => {
    await during(startIo(), world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin));
    await expectItToStay();
  });

  it('stays up when the last agent that named it is redefined without it', async () => {
    await during(startIo(), world.control.defineAgent(definition('pump1'), UNCONDITIONAL, world.origin));
    await expectItToStay();
  });

  it('stays up when the last agent is deleted that named it', async () => {
    await start('pump1');
    world.processes.holdStops();
    const deletion = world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin);
    await world.pass();
    world.store.holdWrites();
    const io = startIo();
    world.processes.releaseStops();
    for (let turn = 0; turn < 5; turn += 1) await world.pass();
    world.store.releaseWrites();
    await during(deletion, io);
    await expectItToStay();
  });
});

describe('a shared coreio that is released concurrently', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await start('pump1');
  });

  async function start(id: string): Promise<void> {
    await world.control.startAgent({ configPath: `/plant/${id}.yaml`, coreioId: 'io' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  // Between the look that nobody holds it and what is done about that, something may happen.
  for (const gap of [0, 1, 2, 3]) {
    it(`is stopped as a whole or not at all, its last holder stopped ${gap} turns before`, async () => {
      await Promise.all([world.control.stopService('pump1-corerl', world.origin), world.pass()]);
      const agent = world.control.stopAgent('pump1', world.origin);
      for (let turn = 0; turn < gap; turn += 1) await Promise.resolve();
      const io = world.control.stopIo('io', world.origin).catch((error: unknown) => error);
      for (let turn = 0; turn < 5; turn += 1) await world.pass();
      await agent;
      const isRefused = (await io) instanceof CoreioHeldError;
      const running = world.processes.live().map(({ serviceId }) => serviceId);
      expect(running).to.deep.equal(isRefused ? ['io'] : []);
      const known = world.control.queries.ioServices().map(({ status }) => status.intended_state);
      expect(known).to.deep.equal(isRefused ? ['running'] : []);
    });
  }

  for (const gap of [0, 1, 2, 3]) {
    it(`runs for its agent, whose start took back a stop by hand ${gap} turns before`, async () => {
      await Promise.all([world.control.stopService('io', world.origin), world.pass()]);
      const agent = start('pump1');
      for (let turn = 0; turn < gap; turn += 1) await Promise.resolve();
      const io = world.control.stopIo('io', world.origin);
      await world.pass();
      await Promise.allSettled([agent, io]);
      expect(world.control.queries.service('io').intended_state).to.equal('running');
      world.kill(1_000);
      await world.boot();
      expect(world.control.queries.service('io').intended_state).to.equal('running');
    });
  }

  it('is not deleted when an agent asks for it before its process is gone', async () => {
    world.processes.holdStops();
    world.specs.plans.set('pump1', agentPlan('pump1'));
    await world.control.reload(false, world.origin);
    await world.pass();
    const deletion = world.control.deleteService('io', world.origin);
    await world.pass();
    expect(world.control.queries.service('io')).to.include({ state: 'stopping', intended_state: 'stopped' });
    const agent = world.control.startAgent({ configPath: '/plant/pump2.yaml', coreioId: 'io' }, world.origin);
    await world.pass();
    world.processes.releaseStops();
    for (const wait of [0, 200, 200]) await world.pass(wait);
    await Promise.all([deletion, agent]);
    const stop = world.control.stopService('io', world.origin);
    await world.pass();
    await stop;
    await world.pass();
    expect(world.control.queries.service('io')).to.deep.include({ state: 'stopped', agents: ['pump2'] });
  });
});

describe('agents that share a coreio and are deleted side by side', () => {
  it('leave nothing behind but the coreio, and its stop nothing at all', async () => {
    const world = new ControlWorld();
    await world.boot();
    for (const id of ['pump1', 'pump2'])
      await world.control.startAgent({ configPath: `/plant/${id}.yaml`, coreioId: 'io' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
    await world.control.restartService('io', world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    const deletions = ['pump1', 'pump2'].map((id) => world.control.deleteAgent(id, UNCONDITIONAL, world.origin));
    for (let turn = 0; turn < 5; turn += 1) await world.pass();
    await Promise.all(deletions);
    expect(world.control.queries.services().map(({ id }) => id)).to.deep.equal(['io']);
    const io = world.control.stopIo('io', world.origin);
    await world.pass();
    await io;
    await world.pass();
    expect(world.control.queries.services()).to.deep.equal([]);
    expect(await world.store.loadIntentions()).to.deep.equal([]);
  });
});

describe('a reload side by side with commands about an agent that was not known when it read the files', () => {
  it('takes none of them back', async () => {
    const world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
    world.processes.holdStops();
    const deletion = world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin);
    await world.pass();
    const reload = world.control.reload(false, world.origin); // waits until that is through
    await world.pass();
    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    await world.pass();
    const commit = world.store.commitIntentions.bind(world.store);
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    world.store.commitIntentions = async (intentions) => {
      if (intentions.put.some((one) => 'intended' in one && one.intended === 'stopped')) await gate;
      await commit(intentions);
    };
    const stop = world.control.stopAgent('pump2', world.origin);
    world.processes.releaseStops();
    await world.pass();
    goOn();
    for (let turn = 0; turn < 5; turn += 1) await world.pass();
    await Promise.all([deletion, reload, stop]);
    world.kill(1_000);
    await world.boot();
    expect(world.control.queries.agent('pump2')).to.include({ state: 'stopped', intended_state: 'stopped' });
  });
});

describe('a service that is stopped by hand while its stopping agent is started again', () => {
  for (const gap of [0, 1, 2, 3]) {
    it(`is intended as its host would intend it after a restart, the stop ${gap} turns after the start`, async () => {
      const world = new ControlWorld();
      await world.boot();
      const start = (): Promise<unknown> =>
        world.control.startAgent({ configPath: '/plant/pump1.yaml', agentId: 'pump1' }, world.origin);
      await start();
      for (const wait of [0, 200, 200]) await world.pass(wait);
      world.processes.holdStops();
      const agent = world.control.stopAgent('pump1', world.origin);
      await world.pass(); // nobody holds the service, and its process is still alive
      world.store.holdWrites();
      const again = start();
      for (let turn = 0; turn < gap; turn += 1) await Promise.resolve();
      const stop = world.control.stopService('pump1-corerl', world.origin);
      world.store.releaseWrites();
      await world.pass();
      world.processes.releaseStops();
      for (const wait of [0, 200, 200]) await world.pass(wait);
      await Promise.all([agent, again, stop]);
      const intended = (): string => world.control.queries.service('pump1-corerl').intended_state;
      const before = intended();
      world.kill(1_000);
      await world.boot();
      expect(intended()).to.equal(before);
    });
  }
});

describe('a shared coreio that is stopped before its start is answered', () => {
  it('is answered with the state that it has then', async () => {
    const world = new ControlWorld();
    await world.boot();
    const request = { configPath: '/plant/io.yaml', coreioId: 'io' };
    const started = world.control.startIo(request, world.origin, { until: 'running', timeoutMs: 1_000 });
    await world.pass();
    const stopped = world.control.stopIo('io', world.origin);
    for (let turn = 0; turn < 5; turn += 1) await world.pass(20);
    await stopped;

    const { service_id: id, status } = await started;

    expect({ id, state: status.state, intended: status.intended_state }).to.deep.equal({
      ...{ id: 'io', state: 'stopped', intended: 'stopped' },
    });
  });
});
