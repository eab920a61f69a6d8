import { expect } from 'chai';
import { ControlWorld } from '../../support/control/control-world.ts';

const ALIVE = 'This state directory is a copy, and the host of the original is alive.';

describe('a host that can launch nothing', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    world.obstacles = [ALIVE];
    await world.boot();
    for (const id of ['pump1', 'pump2']) {
      await world.control.startAgent({ configPath: `/plant/${id}.yaml` }, world.origin);
      await world.pass();
    }
    await world.pass(1_000);
  });

  it('tries no launch, and writes neither events nor rows, for as long as that lasts', async () => {
    const [events, writes] = [world.store.journal.length, world.store.writes];
    for (let second = 0; second < 60; second += 1) await world.pass(1_000);
    expect(world.control.queries.service('pump1-coreio')).to.include({ state: 'backoff', substate: 'blocked' });
    expect([world.store.journal.length, world.store.writes]).to.deep.equal([events, writes]);
    expect(world.processes.launches).to.deep.equal([]);
  });

  it('says so in the status, in the journal and in an explanation', async () => {
    const { reason, next } = world.control.queries.service('pump1-coreio');
    expect(reason).to.equal(`Service "pump1-coreio" is not launched: ${ALIVE}`);
    expect(next).to.equal(null);
    expect(world.control.queries.agent('pump1')).to.include({ state: 'backoff' });
    const event = world.store.journal.findLast(({ serviceId }) => serviceId === 'pump1-coreio');
    expect(event).to.deep.include({ from: 'starting', to: 'backoff', cause: 'launch.finished' });
    expect(event?.detail).to.include({ substate: 'blocked', reason });
    const { summary } = await world.control.queries.explain('pump1-coreio');
    expect(summary).to.contain(ALIVE.slice(0, -1));
    expect(summary).to.contain('It should be running; it is launched as soon as the host can launch services again.');
  });

  it('says so still when another obstacle is in the way, also of the agent', async () => {
    world.obstacles = ['The lock is gone.'];
    await world.pass(250);
    expect(world.control.queries.service('pump1-coreio').reason).to.contain('The lock is gone.');
    expect(world.control.queries.agent('pump1').reason).to.contain('The lock is gone.');
  });

  it('launches everything within two seconds after the end of it', async () => {
    world.obstacles = [];
    for (let step = 0; step < 8; step += 1) await world.pass(250);
    for (const id of ['pump1-coreio', 'pump2-coreio']) {
      expect(world.control.queries.service(id), id).to.include({ state: 'running', generation: 1, restarts: 0 });
    }
  });

  it('waits as before under the next host, and launches under one that can', async () => {
    world.kill();
    await world.boot();
    await world.pass(60_000);
    expect(world.control.queries.service('pump1-coreio')).to.include({ state: 'backoff', substate: 'blocked' });
    world.obstacles = [];
    world.kill();
    await world.boot();
    await world.pass();
    expect(world.processes.launches.map(({ serviceId }) => serviceId)).to.deep.equal(['pump1-coreio', 'pump2-coreio']);
  });
});

describe('a host whose engine can launch nothing', () => {
  const AWAY = 'The cluster cannot be reached: connect ECONNREFUSED.';

  it('accepts commands and says so, tries no launch, and launches all once it can', async () => {
    const world = new ControlWorld();
    await world.boot();
    world.processes.inTheWay = [AWAY];
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass(60_000);
    expect(world.control.queries.service('pump1-coreio')).to.include({ state: 'backoff', substate: 'blocked' });
    expect(world.control.queries.service('pump1-coreio').reason).to.contain(AWAY);
    expect(world.processes.launches).to.deep.equal([]);
    world.processes.inTheWay = [];
    for (let step = 0; step < 8; step += 1) await world.pass(250);
    expect(world.control.queries.service('pump1-coreio')).to.include({ state: 'running', generation: 1, restarts: 0 });
  });
});
