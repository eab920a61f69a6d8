import { expect } from 'chai';
import { agentRef } from '../../../lib/control/actors.ts';
import type { AgentPlan } from '../../../lib/model/spec.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { agentPlan, serviceSpec } from '../../support/actors/specs.ts';

describe('an agent', () => {
  let world: ActorWorld;

  beforeEach(() => {
    world = new ActorWorld();
  });

  async function up(...plans: ReturnType<typeof agentPlan>[]): Promise<void> {
    for (const plan of plans) world.startAgent(plan);
    await world.pass();
    await world.pass(200);
    await world.pass(200);
    for (const plan of plans) expect(world.agentState(plan.id)).to.equal('running');
  }

  it('starts coreio before corerl and is running when both are', async () => {
    world.startAgent(agentPlan('pump1'));
    await world.pass();
    expect(world.stateOf('pump1-coreio')).to.equal('starting.settling');
    expect(world.stateOf('pump1-corerl')).to.equal('starting.waiting');
    expect(world.reasonOf('pump1-corerl')).to.equal('is waiting until pump1-coreio is running');
    expect(world.agentState('pump1')).to.equal('starting');
    await world.pass(200);
    expect(world.stateOf('pump1-coreio')).to.equal('running.ready');
    expect(world.stateOf('pump1-corerl')).to.equal('starting.settling');
    await world.pass(200);
    expect(world.agentState('pump1')).to.equal('running');
  });

  it('keeps corerl waiting while coreio fails and starts it when coreio recovers, however late', async () => {
    const executable = world.catalog.executable!;
    world.catalog.executable = null;
    world.startAgent(agentPlan('pump1'));
    await world.pass(3_600_000);
    expect(world.agentState('pump1')).to.equal('failed');
    expect(world.stateOf('pump1-corerl')).to.equal('starting.waiting');
    world.catalog.appear(executable);
    await world.pass();
    await world.pass(200);
    await world.pass(200);
    expect(world.agentState('pump1')).to.equal('running');
  });

  it('follows its services: backoff while one backs off, running when it is back', async () => {
    await up(agentPlan('pump1'));
    world.processes.exit('pump1-corerl', { code: 1 });
    expect(world.agentState('pump1')).to.equal('backoff');
    await world.pass(250);
    expect(world.agentState('pump1')).to.equal('starting');
    await world.pass(200);
    expect(world.agentState('pump1')).to.equal('running');
  });

  it('leaves corerl alone when coreio crashes', async () => {
    await up(agentPlan('pump1'));
    world.processes.exit('pump1-coreio', { code: 1 });
    await world.pass(250);
    await world.pass(200);
    expect(world.contextOf('pump1-coreio').generation).to.equal(2);
    expect(world.contextOf('pump1-corerl').generation).to.equal(1);
  });

  it('stops corerl first and coreio when corerl is gone', async () => {
    await up(agentPlan('pump1'));
    world.processes.holdStops();
    world.stopAgent('pump1');
    await world.pass();
    expect(world.stateOf('pump1-corerl')).to.equal('stopping.terminating');
    expect(world.stateOf('pump1-coreio')).to.equal('running.ready');
    world.processes.releaseStops();
    await world.pass();
    expect(world.agentState('pump1')).to.equal('stopped');
    expect(world.processes.stops.map(({ serviceId }) => serviceId)).to.deep.equal(['pump1-corerl', 'pump1-coreio']);
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('can be stopped while coreio has not come up', async () => {
    world.catalog.executable = null;
    world.startAgent(agentPlan('pump1'));
    await world.pass();
    world.stopAgent('pump1');
    await world.pass();
    expect(world.agentState('pump1')).to.equal('stopped');
    expect(world.stateOf('pump1-coreio')).to.equal('stopped.idle');
  });

  it('starts again when it is started during its stop', async () => {
    await up(agentPlan('pump1'));
    world.processes.holdStops();
    world.stopAgent('pump1');
    await world.pass();
    world.startAgent(agentPlan('pump1'));
    world.processes.releaseStops();
    await world.pass();
    await world.pass(200);
    await world.pass(200);
    expect(world.agentState('pump1')).to.equal('running');
    expect(world.contextOf('pump1-corerl').generation).to.equal(2);
  });

  it('retries failed services at once when it is started again', async () => {
    await up(agentPlan('pump1'));
    for (const wait of [250, 500, 1000, 0]) {
      world.processes.exit('pump1-corerl', { code: 1 });
      await world.pass(wait);
    }
    expect(world.agentState('pump1')).to.equal('failed');
    world.startAgent(agentPlan('pump1'));
    await world.pass();
    expect(world.stateOf('pump1-corerl')).to.equal('starting.settling');
  });

  describe('with a shared coreio', () => {
    const first = agentPlan('pump1', { coreioId: 'shared-io' });
    const second = agentPlan('pump2', { coreioId: 'shared-io' });

    it('shares one process with the other holder', async () => {
      await up(first, second);
      const launched = world.processes.launches.map(({ serviceId }) => serviceId);
      expect(launched).to.have.members(['shared-io', 'pump1-corerl', 'pump2-corerl']);
      expect(world.contextOf('shared-io').holders).to.deep.equal(['agent:pump1', 'agent:pump2']);
    });

    it('leaves it up when one holder stops, and takes it down with the last', async () => {
      await up(first, second);
      world.stopAgent('pump1');
      await world.pass();
      expect(world.agentState('pump1')).to.equal('stopped');
      expect(world.stateOf('shared-io')).to.equal('running.ready');
      world.stopAgent('pump2');
      await world.pass();
      expect(world.agentState('pump2')).to.equal('stopped');
      expect(world.stateOf('shared-io')).to.equal('stopped.idle');
    });
  });

  describe('whose services were each stopped by hand', () => {
    const plan = agentPlan('pump1');
    const third = serviceSpec('pump1-third', { agentId: 'pump1' });
    const larger: AgentPlan = { ...plan, services: [...plan.services, third] };

    async function upAndStoppedByHand(own: AgentPlan): Promise<void> {
      await up(own);
      for (const { id } of own.services) world.service(id).send({ type: 'service.stop', correlationId: null });
      await world.pass();
      expect(world.agentState('pump1')).to.equal('stopped');
    }

    async function configure(next: AgentPlan): Promise<void> {
      world.root.send({ type: 'supervisor.ensure', services: next.services.map(entry), agents: [] });
      agentRef(world.root, 'pump1')?.send({ type: 'agent.configure', plan: next, correlationId: null });
      await world.pass();
    }

    const entry = (spec: AgentPlan['services'][number]) => ({ spec, holders: [], intended: 'stopped' as const });

    it('starts one that its plan has from now on, as it is still meant to run', async () => {
      await upAndStoppedByHand(plan);
      await configure(larger);
      await world.pass(200);
      expect(world.stateOf('pump1-third')).to.equal('running.ready');
      expect(world.contextOf('pump1-third').holders).to.deep.equal(['agent:pump1']);
      expect(world.agentState('pump1')).to.equal('running');
      expect(world.stateOf('pump1-corerl')).to.equal('stopped.idle');
    });

    it('releases one that is no longer in its plan', async () => {
      await upAndStoppedByHand(larger);
      await configure(plan);
      expect(world.contextOf('pump1-third').holders).to.deep.equal([]);
      expect(world.agentState('pump1')).to.equal('stopped');
    });

    it('releases one that is not in the plan with which it is started next', async () => {
      await upAndStoppedByHand(larger);
      await up(plan);
      expect(world.contextOf('pump1-third').holders).to.deep.equal([]);
      expect(world.stateOf('pump1-third')).to.equal('stopped.idle');
    });
  });
});
