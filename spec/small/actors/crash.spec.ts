import { expect } from 'chai';
import { agentRef } from '../../../lib/control/actors.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { agentPlan, serviceSpec } from '../../support/actors/specs.ts';

describe('a service actor that throws', () => {
  const spec = serviceSpec('pump1-corerl');
  const sibling = serviceSpec('pump2-corerl');

  class BreakableWorld extends ActorWorld {
    /** Sends an exit that no code can read: the first guard that looks at it throws. */
    break(): void {
      const context = this.contextOf(spec.id);
      const exit = {
        get code(): number {
          throw new Error('a bug');
        },
        signal: null,
        at: 0,
        isKnown: true,
      };
      this.service(spec.id).send({ type: 'process.exited', launchId: context.launch!.launchId, exit });
    }
  }

  let world: BreakableWorld;

  beforeEach(async () => {
    world = new BreakableWorld();
    for (const each of [spec, sibling]) world.startService(each);
    await world.pass();
    await world.pass(200);
  });

  it('is replaced with its last good context and supervises the same process', async () => {
    const before = world.contextOf(spec.id).launch;
    world.break();
    await world.pass();
    await world.pass(200);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(world.contextOf(spec.id).launch).to.deep.equal(before);
    expect(world.processes.launches).to.have.length(2);
    world.processes.exit(spec.id, { code: 1 });
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
  });

  it('leaves its siblings and the root at work', async () => {
    world.break();
    await world.pass();
    expect(world.root.getSnapshot().status).to.equal('active');
    expect(world.stateOf(sibling.id)).to.equal('running.ready');
    world.processes.exit(sibling.id, { code: 1 });
    expect(world.stateOf(sibling.id)).to.equal('backoff.waiting');
  });

  it('is quarantined with its process untouched when it crashes repeatedly', async () => {
    for (let count = 0; count < 6; count += 1) {
      world.break();
      await world.pass();
    }
    expect(world.stateOf(spec.id)).to.equal('failed.abandoned');
    expect(world.reasonOf(spec.id)).to.contain('crashed repeatedly');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.include(spec.id);
    expect(world.root.getSnapshot().context.crashes[`service:${spec.id}`]).to.have.length(6);
  });

  it('is launched again by a command after its quarantine, when its old process is gone', async () => {
    for (let count = 0; count < 6; count += 1) {
      world.break();
      await world.pass();
    }
    world.processes.holdStops();
    world.service(spec.id).send({ type: 'service.start', correlationId: null });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopping.terminating');
    world.processes.releaseStops();
    await world.pass();
    await world.pass(200);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(world.contextOf(spec.id).generation).to.equal(2);
  });

  it('leaves no process unsupervised that was being launched in the meantime', async () => {
    const third = serviceSpec('pump3-corerl', { dependsOn: [{ serviceId: sibling.id, condition: 'started' }] });
    world.processes.holdLaunches();
    world.startService(third);
    await world.pass();
    expect(world.stateOf(third.id)).to.equal('starting.launching');
    world.service(sibling.id).send({ type: 'service.stop', correlationId: null });
    await world.pass();
    world.service(third.id).send({ type: 'service.changed', report: null as never }); // no code can read it
    world.processes.releaseLaunches();
    await world.pass();
    expect(world.stateOf(third.id)).to.equal('starting.waiting');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.deep.equal([spec.id]);
    world.service(sibling.id).send({ type: 'service.start', correlationId: null });
    for (const wait of [0, 200, 200]) await world.pass(wait);
    expect(world.stateOf(third.id)).to.equal('running.ready');
  });

  describe('while its agent is being stopped', () => {
    const plans = [agentPlan('pump3', { coreioId: 'shared-io' }), agentPlan('pump4', { coreioId: 'shared-io' })];

    beforeEach(async () => {
      for (const plan of plans) world.startAgent(plan);
      for (const wait of [0, 200, 200]) await world.pass(wait);
      world.processes.holdStops();
      world.stopAgent('pump3');
      await world.pass();
    });

    /** No code can read it. */
    function breakCorerl(): void {
      world.service('pump3-corerl').send({ type: 'service.changed', report: null as never });
    }

    it('never says that it is stopped while its process lives', async () => {
      const states = new Set<string>();
      agentRef(world.root, 'pump3')?.subscribe(() => states.add(world.agentState('pump3')));
      breakCorerl();
      await world.pass();
      expect(world.stateOf('pump3-corerl')).to.equal('stopping.terminating');
      expect([...states]).to.deep.equal(['stopping']);
    });

    it('says that it is stopped when its process has ended', async () => {
      world.processes.exit('pump3-corerl');
      breakCorerl(); // before the stop under way was through
      await world.pass();
      expect(world.stateOf('pump3-corerl')).to.equal('stopped.idle');
      expect(world.agentState('pump3')).to.equal('stopped');
    });

    it('keeps it waiting once it is set aside, until a command has ended its process', async () => {
      for (let count = 0; count < 6; count += 1) {
        breakCorerl();
        await world.pass();
      }
      expect(world.stateOf('pump3-corerl')).to.equal('failed.abandoned');
      expect(world.agentState('pump3')).to.equal('stopping');
      world.service('pump3-corerl').send({ type: 'service.stop', correlationId: null });
      world.processes.releaseStops();
      await world.pass();
      expect(world.agentState('pump3')).to.equal('stopped');
    });
  });
});
