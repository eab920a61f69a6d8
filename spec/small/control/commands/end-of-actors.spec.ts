import { expect } from 'chai';
import { agentRefs, serviceRefs, stopActors } from '../../../../lib/control/actors.ts';
import { ActorWorld } from '../../../support/actors/actor-world.ts';
import { agentPlan, serviceSpec } from '../../../support/actors/specs.ts';

const LONG_MS = 24 * 60 * 60 * 1_000;

describe('the end of all actors', () => {
  it('leaves none of them active: none of their timers is due, and no exit or result is processed', async () => {
    const world = new ActorWorld();
    world.startAgent(agentPlan('pump1'));
    await world.pass();
    world.startService(serviceSpec('crashed'));
    await world.pass();
    world.processes.exit('crashed', { code: 3 });
    expect(world.stateOf('crashed')).to.equal('backoff.waiting');
    world.catalog.executable = null;
    world.startService(serviceSpec('missing'));
    await world.pass();
    expect(world.stateOf('missing')).to.equal('failed.missing');
    const actors = [...serviceRefs(world.root), ...agentRefs(world.root)];
    const launched = world.processes.launches.length;

    stopActors(world.root);
    world.catalog.appear({ path: '/plant/program-1.0.0', version: '1.0.0', fingerprint: 'a' });
    world.processes.exit('pump1-coreio', { code: 1 });
    await world.pass(LONG_MS);

    expect(actors.map((actor) => actor.getSnapshot().status)).to.deep.equal(actors.map(() => 'stopped'));
    expect(actors).to.have.length(5);
    expect(world.processes.launches).to.have.length(launched);
  });
});
