import { expect } from 'chai';
import { AgentConflictError, AgentNotFoundError, PreconditionFailedError } from '../../../../lib/model/errors.ts';
import { parseAgentId } from '../../../../lib/model/values/ids.ts';
import { UNCONDITIONAL } from '../../../../lib/model/values/precondition.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

let world: ControlWorld;

beforeEach(async () => {
  world = new ControlWorld();
  await world.boot();
});

async function settle(): Promise<void> {
  for (const wait of [0, 200, 200, 200]) await world.pass(wait);
}

async function start(id: string, coreioId?: string): Promise<void> {
  const more = coreioId === undefined ? {} : { coreioId };
  await world.control.startAgent({ configPath: `/plant/${id}.yaml`, ...more }, world.origin);
  await settle();
}

function define(
  id: string,
  more: { configPath?: string; coreioId?: string; isStarted?: boolean } = {},
  precondition = UNCONDITIONAL,
) {
  const definition = { configPath: `/plant/${id}.yaml`, agentId: parseAgentId(id), isStarted: true, ...more };
  return world.control.defineAgent(definition, precondition, world.origin);
}

async function remove(id: string): Promise<void> {
  await Promise.all([world.control.deleteAgent(id, UNCONDITIONAL, world.origin), settle()]);
}

const generations = (): Record<string, number> =>
  Object.fromEntries(world.control.queries.services().map(({ id, generation }) => [id, generation]));

describe('an agent that is defined', () => {
  it('is new and starts, unless that is not wanted', async () => {
    expect(await define('pump1')).to.deep.include({ isNew: true });
    const { isNew, agent } = await define('pump2', { isStarted: false });
    await settle();
    expect(isNew).to.equal(true);
    expect(agent).to.include({ state: 'stopped', intended_state: 'stopped', config_path: '/plant/pump2.yaml' });
    expect(world.control.queries.agent('pump1').state).to.equal('running');
    expect(world.control.queries.agent('pump2').state).to.equal('stopped');
    world.kill();
    await world.boot();
    expect(world.control.queries.agentIds()).to.deep.equal(['pump1', 'pump2']);
    await world.control.startKnownAgent('pump2', world.origin);
    await settle();
    expect(world.control.queries.agent('pump2').state).to.equal('running');
  });

  it('is the same when it is defined again', async () => {
    await define('pump1');
    await settle();
    const writes = world.store.journal.length;
    expect(await define('pump1')).to.deep.include({ isNew: false });
    expect(await define('pump1', { isStarted: false })).to.deep.include({ isNew: false });
    await world.pass();
    expect(world.store.journal.length).to.equal(writes);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('takes another file only while it is stopped', async () => {
    await define('pump1');
    await settle();
    const other = { configPath: '/plant/other.yaml' };
    expect(await rejection(define('pump1', other))).to.be.instanceOf(AgentConflictError);
    await Promise.all([world.control.stopAgent('pump1', world.origin), settle()]);
    expect((await define('pump1', { ...other, isStarted: false })).agent).to.include({
      config_path: '/plant/other.yaml',
      state: 'stopped',
    });
    expect(world.control.queries.service('pump1-corerl').config_path).to.equal('/plant/other.yaml');
  });

  for (const isStarted of [false, true]) {
    it(`forgets what its new definition has no more, when it is ${isStarted ? 'started' : 'only defined'}`, async () => {
      await start('pump1');
      await Promise.all([world.control.stopAgent('pump1', world.origin), settle()]);
      await world.control.stopService('pump1-coreio', world.origin);
      await define('pump1', { coreioId: 'shared-io', isStarted });
      await settle();
      const left = world.control.queries.services().map(({ id }) => id);
      expect(left).to.have.members(['shared-io', 'pump1-corerl']);
      world.kill();
      await world.boot();
      expect(world.control.queries.services().map(({ id }) => id)).to.have.members(left);
    });
  }

  it('has a revision that a command can insist on', async () => {
    const once = { match: null, isNew: true };
    await define('pump1', {}, once);
    await settle();
    expect(await rejection(define('pump1', {}, once))).to.be.instanceOf(PreconditionFailedError);
    const seen = world.control.queries.agentRevision('pump1');
    await Promise.all([world.control.stopAgent('pump1', world.origin), settle()]);
    expect(world.control.queries.agentRevision('pump1')).to.not.equal(seen);
    const stale = { match: [seen], isNew: false };
    const error = await rejection(world.control.deleteAgent('pump1', stale, world.origin));
    expect(String(error)).to.contain(`not "${seen}"`);
    await define(
      'pump1',
      { configPath: '/plant/other.yaml' },
      { ...stale, match: [world.control.queries.agentRevision('pump1')] },
    );
    expect(await rejection(define('pump3', {}, stale))).to.be.instanceOf(PreconditionFailedError);
    expect(world.control.queries.agentIds()).to.deep.equal(['pump1']);
  });
});

describe('the restart of an agent', () => {
  it('restarts the services that only it holds, and leaves a shared service alone', async () => {
    await start('pump1', 'shared-io');
    await start('pump2', 'shared-io');
    await world.control.restartAgent('pump1', world.origin);
    await settle();
    expect(generations()).to.deep.equal({ 'shared-io': 1, 'pump1-corerl': 2, 'pump2-corerl': 1 });
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('starts one that is stopped, and a service that was stopped by hand', async () => {
    await start('pump1');
    await Promise.all([world.control.stopService('pump1-corerl', world.origin), settle()]);
    await world.control.restartAgent('pump1', world.origin);
    await settle();
    expect(generations()).to.deep.equal({ 'pump1-coreio': 2, 'pump1-corerl': 2 });
    await Promise.all([world.control.stopAgent('pump1', world.origin), settle()]);
    await world.control.restartAgent('pump1', world.origin);
    await settle();
    expect(generations()).to.deep.equal({ 'pump1-coreio': 3, 'pump1-corerl': 3 });
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('is done once, although the host dies in the middle of it', async () => {
    await start('pump1');
    world.processes.holdStops();
    await world.control.restartAgent('pump1', world.origin);
    for (let host = 0; host < 2; host += 1) {
      world.kill(100);
      await world.boot();
      await settle();
      await settle();
      expect(generations()).to.deep.equal({ 'pump1-coreio': 2, 'pump1-corerl': 2 });
    }
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('is refused for an unknown agent, as is a start', async () => {
    expect(await rejection(world.control.restartAgent('nobody', world.origin))).to.be.instanceOf(AgentNotFoundError);
    expect(await rejection(world.control.startKnownAgent('nobody', world.origin))).to.be.instanceOf(AgentNotFoundError);
  });
});

describe('an agent that is deleted', () => {
  /** What must be left of nothing. */
  async function traces(id: string): Promise<unknown> {
    const actors = (await world.store.loadActors()).map(({ path }) => path);
    const intentions = (await world.store.loadIntentions()).map(({ subject }) => subject);
    return {
      agents: world.control.queries.agentIds().filter((one) => one === id),
      services: world.control.queries.services().filter((one) => one.id.startsWith(id)),
      rows: [...actors, ...intentions].filter((name) => name.includes(id)),
      live: world.processes.live().filter(({ serviceId }) => serviceId.startsWith(id)),
    };
  }

  const NOTHING = { agents: [], services: [], rows: [], live: [] };

  it('is stopped and removed with all that it alone holds', async () => {
    await start('pump1', 'shared-io');
    await start('pump2', 'shared-io');
    await Promise.all([world.control.stopService('pump1-corerl', world.origin), settle()]);
    await remove('pump1');
    expect(await traces('pump1')).to.deep.equal(NOTHING);
    expect(world.control.queries.service('shared-io')).to.deep.include({ state: 'running', agents: ['pump2'] });
    await remove('pump2');
    expect(world.control.queries.service('shared-io')).to.deep.include({ state: 'running', agents: [] });
    await Promise.all([world.control.stopIo('shared-io', world.origin), settle()]);
    expect(await traces('shared-io')).to.deep.equal(NOTHING);
    const types = world.store.journal.filter(({ agentId }) => agentId === 'pump2').map(({ type }) => type);
    expect(types.at(-1)).to.equal('agent.deleted');
  });

  it('is unknown from then on, and can be started as a new one', async () => {
    await start('pump1');
    await remove('pump1');
    const again = await rejection(world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin));
    expect(again).to.be.instanceOf(AgentNotFoundError);
    await start('pump1');
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('is started again by a start that arrives while it is in progress', async () => {
    await start('pump1');
    world.processes.holdStops();
    const deleted = world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin);
    const started = world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await settle();
    expect(world.control.queries.agent('pump1').state).to.equal('stopping');
    world.processes.releaseStops();
    await Promise.all([deleted, started, settle()]);
    await settle();
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('is deleted as soon as the store is back, when that went away in the middle', async () => {
    await start('pump1');
    world.processes.holdStops();
    const refused = rejection(world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin));
    await settle();
    world.store.breakDown();
    world.processes.releaseStops();
    await settle();
    expect(String(await refused)).to.contain('cannot be written');
    world.store.heal();
    for (let round = 0; round < 10; round += 1) await world.pass(5_000);
    expect(await traces('pump1')).to.deep.equal(NOTHING);
  });

  it('is as before, or is deleted by the next host, whenever the host dies', async () => {
    let kept = 0;
    for (let writes = 0; writes < 12; writes += 1) {
      world = new ControlWorld();
      await world.boot();
      await start('pump1');
      const limit = world.store.writes + writes;
      let isAnswered = false;
      void world.control.deleteAgent('pump1', UNCONDITIONAL, world.origin).then(() => (isAnswered = true));
      for (let turn = 0; turn < 40 && world.store.writes < limit; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      world.kill(100);
      await world.boot();
      await settle();
      await settle();
      const isKept = world.control.queries.agentIds().includes(parseAgentId('pump1'));
      if (isKept) {
        expect(isAnswered).to.equal(false);
        expect(world.control.queries.agent('pump1')).to.include({ state: 'running', intended_state: 'running' });
        kept += 1;
      } else {
        expect(await traces('pump1'), `after ${writes} writes`).to.deep.equal(NOTHING);
      }
    }
    expect(kept).to.be.within(1, 2);
  });
});

describe('an agent that is checked', () => {
  it('has its plan and the files that would run, and neither exists nor starts afterwards', async () => {
    const before = world.store.journal.length;
    const check = await world.control.queries.checkAgent({ configPath: '/plant/pump1.yaml' });
    await settle();
    expect(check).to.deep.include({ id: 'pump1', config_path: '/plant/pump1.yaml', state: null });
    expect(check.services.map(({ id, problem }) => [id, problem])).to.deep.equal([
      ['pump1-coreio', null],
      ['pump1-corerl', null],
    ]);
    expect(world.control.queries.agentIds()).to.deep.equal([]);
    expect(world.store.journal.length).to.equal(before);
  });

  it('is known if it exists, and has a problem if an executable is missing', async () => {
    await start('pump1');
    world.catalog.executable = null;
    const check = await world.control.queries.checkAgent({ configPath: '/plant/pump1.yaml' });
    expect(check.state).to.equal('running');
    expect(check.services[0]).to.deep.include({ executable: null, problem: 'No executable "program" was found.' });
  });
});
