import { expect } from 'chai';
import { serviceRef, type SupervisorRef } from '../../../../lib/control/actors.ts';
import { ActorSetAsideError } from '../../../../lib/model/errors.ts';
import type { AgentPlan, ServiceSpec } from '../../../../lib/model/spec.ts';
import { agentPlan } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

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

describe('a stop of an agent whose service breaks', () => {
  let world: ControlWorld;
  /** Lets the service read what is broken. */
  const crash = (): void => {
    const root = world.control.root as SupervisorRef; // of a host
    serviceRef(root, 'pump1-corerl')?.send({ type: 'host.drain' });
  };
  /** From now on nothing can read how pump1-corerl is to be stopped. */
  let isBroken: boolean;

  beforeEach(async () => {
    world = new ControlWorld();
    isBroken = false;
    const plan = agentPlan('pump1');
    const services = plan.services.map((spec): ServiceSpec => {
      const { stop, ...rest } = spec;
      if (spec.id !== 'pump1-corerl') return spec;
      return {
        ...rest,
        get stop(): ServiceSpec['stop'] {
          if (isBroken) throw new Error('a bug');
          return stop;
        },
      };
    });
    world.specs.plans.set('pump1', { ...plan, services });
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  });

  it('is answered with a refusal that names the service when it breaks on its release', async () => {
    world.store.holdWrites();
    const refusal = rejection(world.control.stopAgent('pump1', world.origin));
    await world.pass();
    isBroken = true;
    world.store.releaseWrites();
    for (let turn = 0; turn < 5; turn += 1) await world.pass(1_000);
    expect(String(await refusal)).to.contain('"pump1-corerl" crashed repeatedly');
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'failed', substate: 'abandoned' });
    expect(world.control.queries.agent('pump1')).to.include({ state: 'stopping', intended_state: 'stopped' });
  });

  it('is answered when the service is set aside while its processes are being stopped', async () => {
    world.processes.holdStops();
    const refusal = rejection(world.control.stopAgent('pump1', world.origin));
    await world.pass();
    expect(world.control.queries.service('pump1-corerl').state).to.equal('stopping');
    isBroken = true;
    crash();
    await world.pass();
    expect(String(await refusal)).to.contain('"pump1-corerl" crashed repeatedly');
  });

  it('can be given again once the bug is gone', async () => {
    world.processes.holdStops();
    const refusal = rejection(world.control.stopAgent('pump1', world.origin));
    await world.pass();
    isBroken = true;
    crash();
    await world.pass();
    await refusal;
    isBroken = false;
    world.processes.releaseStops();
    const stopped = world.control.stopAgent('pump1', world.origin);
    for (let turn = 0; turn < 5; turn += 1) await world.pass(1_000);
    await stopped;
    expect(world.processes.live()).to.deep.equal([]);
  });
});
