import { expect } from 'chai';
import type { AgentPlan, Strategy } from '../../../lib/model/spec.ts';
import { parseAgentId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { agentPlan, PROBE, serviceSpec } from '../../support/actors/specs.ts';

const KINDS = ['one', 'two', 'three'] as const;

/** An agent of three services that start one after the other. */
function group(strategy: Strategy): AgentPlan {
  const services = KINDS.map((kind, index) => {
    const before = KINDS[index - 1];
    const dependsOn = before === undefined ? [] : [on(`g-${before}`)];
    return serviceSpec(`g-${kind}`, { agentId: 'g', dependsOn });
  });
  const asked = { agentType: null, coreioId: null };
  return { id: parseAgentId('g'), type: 'default', configPath: '/plant/g.yaml', strategy, asked, services };
}

function on(id: string) {
  return { serviceId: parseServiceId(id), condition: 'started' } as const;
}

describe('the strategy of an agent', () => {
  let world: ActorWorld;

  beforeEach(() => {
    world = new ActorWorld();
  });

  async function up(...plans: AgentPlan[]): Promise<void> {
    for (const plan of plans) world.startAgent(plan);
    await world.pass();
    for (let turn = 0; turn < 4; turn += 1) await world.pass(200);
    for (const { id } of plans) expect(world.agentState(id)).to.equal('running');
  }

  const generations = (): readonly number[] => KINDS.map((kind) => world.contextOf(`g-${kind}`).generation);
  const recovered = async (): Promise<void> => {
    await world.pass(250);
    for (let turn = 0; turn < 4; turn += 1) await world.pass(200);
  };

  for (const [strategy, expected] of [
    ['one_for_one', [1, 2, 1]],
    ['rest_for_one', [1, 2, 2]],
    ['one_for_all', [2, 2, 2]],
  ] as const) {
    it(`${strategy}: restarts ${JSON.stringify(expected)} when the second of three fails`, async () => {
      await up(group(strategy));
      world.processes.exit('g-two', { code: 1 });
      await recovered();
      expect(generations()).to.deep.equal(expected);
      expect(world.agentState('g')).to.equal('running');
    });
  }

  it('has the others wait for the one that failed and come up in order', async () => {
    await up(group('one_for_all'));
    world.processes.exit('g-two', { code: 1 });
    await world.pass();
    expect(KINDS.map((kind) => world.stateOf(`g-${kind}`))).to.deep.equal([
      'starting.settling',
      'backoff.waiting',
      'starting.waiting',
    ]);
    expect(world.reasonOf('g-three')).to.equal('is waiting until g-two is running');
  });

  it('does not count the restart of a sibling against its own budget', async () => {
    await up(group('one_for_all'));
    world.processes.exit('g-two', { code: 1 });
    await recovered();
    expect(world.contextOf('g-three').budget.restartTimes).to.be.empty;
    expect(world.contextOf('g-three')).to.include({ restarts: 1, failureCount: 1, restartedBy: 'agent:g' });
    expect(world.contextOf('g-three').lastExit).to.include({ class: 'stopped' });
  });

  it('acts on a failed liveness probe as on a crash', async () => {
    const plan = group('one_for_all');
    const [first, ...rest] = plan.services;
    await up({ ...plan, services: [{ ...first!, probes: { ...first!.probes, liveness: PROBE } }, ...rest] });
    world.prober.fail('g-one', 'liveness');
    await world.pass();
    await recovered();
    expect(generations()).to.deep.equal([2, 2, 2]);
  });

  it('leaves a service alone that a person has stopped', async () => {
    await up(group('one_for_all'));
    world.service('g-three').send({ type: 'service.stop', correlationId: null });
    await world.pass();
    world.processes.exit('g-one', { code: 1 });
    await recovered();
    expect(world.stateOf('g-three')).to.equal('stopped.idle');
  });

  it('does nothing for an exit with success that is not restarted', async () => {
    const plan = group('one_for_all');
    const services = plan.services.map((spec) => ({
      ...spec,
      restart: { ...spec.restart, mode: 'on_failure' as const },
    }));
    await up({ ...plan, services });
    world.processes.exit('g-three', { code: 0 });
    await recovered();
    expect(generations()).to.deep.equal([1, 1, 1]);
    expect(world.agentState('g')).to.equal('running');
  });

  describe('with a coreio that several agents hold', () => {
    const agent = (id: string): AgentPlan => ({ ...agentPlan(id, { coreioId: 'io' }), strategy: 'one_for_all' });

    it('restarts that one once for all of them, and each agent its own', async () => {
      await up(agent('a'), agent('b'));
      world.processes.exit('io', { code: 1 });
      await recovered();
      expect(['io', 'a-corerl', 'b-corerl'].map((id) => world.contextOf(id).generation)).to.deep.equal([2, 2, 2]);
    });

    it('takes the others along when one agent needs it restarted, and comes to rest', async () => {
      await up(agent('a'), agent('b'));
      world.processes.exit('a-corerl', { code: 1 });
      await recovered();
      await recovered();
      expect(['io', 'a-corerl', 'b-corerl'].map((id) => world.contextOf(id).generation)).to.deep.equal([2, 2, 2]);
      await world.pass(3_600_000);
      expect(world.processes.launches).to.have.length(6);
    });

    it('restarts it once when two agents need that at the same time', async () => {
      await up(agent('a'), agent('b'));
      world.processes.exit('a-corerl', { code: 1 });
      world.processes.exit('b-corerl', { code: 1 });
      await recovered();
      expect(world.contextOf('io').generation).to.equal(2);
    });
  });

  it('is taken from a new revision of the plan', async () => {
    await up(group('one_for_one'));
    const ref = world.root.getSnapshot().children['agent:g'];
    ref?.send({ type: 'agent.configure', plan: group('one_for_all'), correlationId: null });
    world.processes.exit('g-two', { code: 1 });
    await recovered();
    expect(generations()).to.deep.equal([2, 2, 2]);
  });
});
