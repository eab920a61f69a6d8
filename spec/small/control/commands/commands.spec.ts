import { expect } from 'chai';
import {
  AgentConflictError,
  HostClosingError,
  ServiceConflictError,
  ServiceNotFoundError,
  StoreUnavailableError,
} from '../../../../lib/model/errors.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('commands', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
  });

  async function start(id: string, more: { coreioId?: string; configPath?: string } = {}): Promise<void> {
    const { configPath = `/plant/${id}.yaml`, ...rest } = more;
    await world.control.startAgent({ configPath, agentId: id, ...rest }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  }

  async function stop(id: string): Promise<void> {
    await Promise.all([world.control.stopAgent(id, world.origin), world.pass(), world.pass()]);
  }

  describe('start of an agent', () => {
    it('is durable before it is answered, and acted on only then', async () => {
      world.store.holdWrites();
      const answer = world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
      await world.pass();
      expect(world.control.queries.agentStatus('pump1').config_path).to.equal(null);
      world.store.releaseWrites();
      expect(await answer).to.equal('pump1');
      expect(
        (await world.store.loadIntentions()).map((one) => [one.subject, 'pin' in one ? one.pin : one.intended]),
      ).to.deep.equal([['agent:pump1', 'running']]);
    });

    it('is refused and changes nothing when it cannot be made durable', async () => {
      world.store.breakDown('disk full');
      const error = await rejection(world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin));
      expect(error).to.be.instanceOf(StoreUnavailableError);
      expect(world.control.queries.agentIds()).to.deep.equal([]);
      expect(world.processes.launches).to.deep.equal([]);
    });

    it('does nothing when the agent runs with the same config file', async () => {
      await start('pump1');
      const writes = world.store.journal.length;
      await start('pump1');
      expect(world.store.journal.length).to.equal(writes);
      expect(world.processes.launches).to.have.length(2);
    });

    it('is refused while the agent is up with another config file, and names both', async () => {
      await start('pump1');
      const error = await rejection(start('pump1', { configPath: '/other/pump1.yaml' }));
      expect(error).to.be.instanceOf(AgentConflictError);
      expect(String(error)).to.contain('/plant/pump1.yaml').and.to.contain('/other/pump1.yaml');
    });

    it('takes another config file when the agent is stopped', async () => {
      await start('pump1');
      await stop('pump1');
      await start('pump1', { configPath: '/other/pump1.yaml' });
      expect(world.control.queries.agent('pump1')).to.include({ state: 'running', config_path: '/other/pump1.yaml' });
      expect(world.control.queries.service('pump1-corerl').config_path).to.equal('/other/pump1.yaml');
    });

    it('is refused when it wants another coreio than the one it runs with', async () => {
      await start('pump1');
      expect(await rejection(start('pump1', { coreioId: 'shared-io' }))).to.be.instanceOf(AgentConflictError);
    });

    it('is refused when a service id is taken by a service of another kind', async () => {
      await start('pump1');
      const error = await rejection(start('pump2', { coreioId: 'pump1-corerl' }));
      expect(error).to.be.instanceOf(ServiceConflictError);
      expect(String(error)).to.contain('pump1-corerl').and.to.contain('corerl');
      expect(world.control.queries.agentIds()).to.deep.equal(['pump1']);
    });

    it('lets the first of two concurrent starts with different files win', async () => {
      const starts = ['/a/pump1.yaml', '/b/pump1.yaml'].map((configPath) =>
        world.control.startAgent({ configPath }, world.origin),
      );
      const results = await Promise.allSettled(starts);
      expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
      expect(world.control.queries.agent('pump1').config_path).to.equal('/a/pump1.yaml');
    });
  });

  describe('stop of an agent', () => {
    it('answers when the processes are gone', async () => {
      await start('pump1');
      world.processes.holdStops();
      let isAnswered = false;
      const answer = world.control.stopAgent('pump1', world.origin).then(() => (isAnswered = true));
      await world.pass();
      expect(isAnswered).to.equal(false);
      world.processes.releaseStops();
      await answer;
      expect(world.processes.live()).to.deep.equal([]);
    });

    it('answers at once for an unknown agent and for one already stopped', async () => {
      await world.control.stopAgent('nobody', world.origin);
      await start('pump1');
      await stop('pump1');
      await world.control.stopAgent('pump1', world.origin);
      expect(world.control.queries.agentStatus('nobody')).to.include({ state: 'stopped', config_path: null });
    });

    it('answers when a later start wins', async () => {
      await start('pump1');
      world.processes.holdStops();
      const answer = world.control.stopAgent('pump1', world.origin);
      await world.pass();
      await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
      await world.pass();
      await answer;
      world.processes.releaseStops();
      for (const wait of [0, 200, 200]) await world.pass(wait);
      expect(world.control.queries.agent('pump1').state).to.equal('running');
    });
  });

  describe('a shared coreio', () => {
    const request = { configPath: '/plant/shared.yaml', coreioId: 'shared-io' };

    it('stays up while an /api/io/start holds it, also when the last agent goes', async () => {
      await world.control.startIo(request, world.origin);
      await start('pump1', { coreioId: 'shared-io' });
      await stop('pump1');
      expect(world.control.queries.io('shared-io').status.state).to.equal('running');
    });

    it('is forgotten when /api/io/stop ends its last hold', async () => {
      await world.control.startIo(request, world.origin);
      await world.pass();
      await Promise.all([world.control.stopIo('shared-io', world.origin), world.pass(), world.pass()]);
      await world.pass();
      expect(() => world.control.queries.io('shared-io')).to.throw(ServiceNotFoundError);
      expect((await world.store.loadActors()).map(({ path }) => path)).to.not.include('service:shared-io');
      expect(await world.store.loadIntentions()).to.deep.equal([]);
    });

    it("is not what the /api/io routes call an agent's own coreio", async () => {
      await start('pump1');
      expect(() => world.control.queries.io('pump1-coreio')).to.throw(
        ServiceNotFoundError,
        'Shared coreio "pump1-coreio" not found. GET /api/io/ lists',
      );
      expect(world.control.queries.ioServices()).to.deep.equal([]);
    });
  });

  describe('host services', () => {
    it('start with the host, follow the configuration, and end when they are dropped from it', async () => {
      world.specs.hosts.push(serviceSpec('telemetry'));
      world.kill();
      await world.boot();
      await world.pass(200);
      expect(world.control.queries.service('telemetry')).to.include({ state: 'running', generation: 1 });
      const starts = { after: 0, limit: 100, serviceId: 'telemetry', type: 'service.start_requested' };
      const { events } = await world.control.queries.history(starts);
      expect(events.map(({ cause }) => cause)).to.deep.equal(['host']);
      // Nobody gave a command.
      expect((await world.control.queries.history({ ...starts, command: {} })).events).to.deep.equal([]);
      world.specs.hosts.splice(0);
      world.kill();
      await world.boot();
      for (const wait of [0, 0, 0]) await world.pass(wait);
      expect(world.control.queries.services()).to.deep.equal([]);
      expect(world.processes.live()).to.deep.equal([]);
    });

    it('are brought up together, so that their intentions share commits', async () => {
      for (const id of ['one', 'two', 'three']) world.specs.hosts.push(serviceSpec(id));
      world.kill();
      const commit = world.store.commitIntentions.bind(world.store);
      let open = 0;
      let most = 0;
      world.store.commitIntentions = async (intentions) => {
        most = Math.max(most, (open += 1));
        await commit(intentions);
        open -= 1;
      };
      await world.boot();
      expect(most).to.equal(3);
    });

    it('that were dropped do not hold up the host that comes back: it answers while they end', async () => {
      world.specs.hosts.push(serviceSpec('telemetry'));
      world.kill();
      await world.boot();
      await world.pass(200);
      world.specs.hosts.splice(0);
      world.kill();
      world.processes.holdStops();
      await world.boot();
      expect(world.control.queries.service('telemetry')).to.include({ state: 'stopping', intended_state: 'stopped' });
      expect(await world.store.loadIntentions()).to.deep.equal([]);
      world.processes.releaseStops();
      for (const wait of [0, 0, 0]) await world.pass(wait);
      expect(world.control.queries.services()).to.deep.equal([]);
    });
  });

  it('give a host service whose configuration changed its new spec permanently', async () => {
    world.specs.hosts.push(serviceSpec('telemetry'));
    for (const args of [['--old'], ['--new']]) {
      world.specs.hosts.splice(0, 1, serviceSpec('telemetry', { args }));
      world.kill();
      await world.boot();
      await world.pass(200);
    }
    expect(world.control.queries.service('telemetry')).to.include({ state: 'running', generation: 1 });
    const kept = await world.store.loadIntentions();
    expect(kept.map((intention) => 'spec' in intention && intention.spec.args)).to.deep.equal([['--new']]);
    world.processes.exit('telemetry', { code: 1 });
    await world.pass(250);
    expect(world.processes.launches.at(-1)?.args).to.deep.equal(['--new']);
  });

  it('are refused while the host leaves', async () => {
    await world.control.close('detach');
    expect(await rejection(start('pump1'))).to.be.instanceOf(HostClosingError);
  });
});
