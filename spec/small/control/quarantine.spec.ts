import { expect } from 'chai';
import { ActorSetAsideError } from '../../../lib/model/errors.ts';
import type { AgentPlan, ServiceSpec } from '../../../lib/model/spec.ts';
import { ControlWorld } from '../../support/control-world.ts';
import { rejection } from '../../support/rejection.ts';
import { agentPlan } from '../../support/specs.ts';

describe('a stop whose actor breaks', () => {
  let world: ControlWorld;
  /** From now on nothing can read the plan of pump1. */
  let isBroken: boolean;

  beforeEach(async () => {
    world = new ControlWorld();
    isBroken = false;
    const { services, ...rest } = agentPlan('pump1');
    const plan: AgentPlan = {
      ...rest,
      get services(): readonly ServiceSpec[] {
        if (isBroken) throw new Error('a bug');
        return services;
      },
    };
    world.specs.plans.set('pump1', plan);
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  });

  it('is answered with a refusal when the actor is set aside in the middle of it', async () => {
    world.processes.holdStops();
    const refusal = rejection(world.control.stopAgent('pump1', world.origin));
    await world.pass();
    isBroken = true;
    world.processes.releaseStops();
    await world.pass();
    expect(await refusal).to.be.instanceOf(ActorSetAsideError);
    expect(String(await refusal)).to.contain('"pump1" crashed repeatedly');
  });

  it('can be given again once the bug is gone', async () => {
    world.processes.holdStops();
    const refusal = rejection(world.control.stopAgent('pump1', world.origin));
    await world.pass();
    isBroken = true;
    world.processes.releaseStops();
    await world.pass();
    await refusal;
    isBroken = false;
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass(), world.pass()]);
    expect(world.control.queries.agent('pump1')).to.include({ state: 'stopped', intended_state: 'stopped' });
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('is answered when the actor breaks on the stop itself', async () => {
    world.store.holdWrites();
    const refusal = rejection(world.control.stopAgent('pump1', world.origin));
    await world.pass();
    isBroken = true;
    world.store.releaseWrites();
    await world.pass();
    expect(await refusal).to.be.instanceOf(ActorSetAsideError);
  });
});
