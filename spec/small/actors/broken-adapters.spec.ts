import { expect } from 'chai';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { agentPlan, serviceSpec } from '../../support/actors/specs.ts';

const broken = (): never => {
  throw new Error('a bug in an adapter');
};

describe('an adapter that throws', () => {
  const spec = serviceSpec('pump1-corerl');
  const sibling = serviceSpec('pump2-corerl');
  let world: ActorWorld;

  beforeEach(async () => {
    world = new ActorWorld();
    world.startService(sibling);
    await world.pass();
    await world.pass(200);
  });

  afterEach(async () => {
    expect(world.root.getSnapshot().status).to.equal('active');
    expect(world.stateOf(sibling.id)).to.equal('running.ready');
    world.processes.exit(sibling.id, { code: 1 });
    await world.pass();
    expect(world.stateOf(sibling.id)).to.equal('backoff.waiting');
  });

  it('while choosing the file counts as a failed launch, with its message as the reason', async () => {
    const choose = world.catalog.choose.bind(world.catalog);
    world.catalog.choose = broken;
    world.startService(spec);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
    expect(world.reasonOf(spec.id)).to.equal('a bug in an adapter');
    world.catalog.choose = choose;
    await world.pass(250);
    await world.pass(200);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
  });

  it('while launching counts as a failed launch, and never leads to a launch storm', async () => {
    const launch = world.processes.launch.bind(world.processes);
    let attempts = 0;
    world.processes.launch = () => {
      attempts += 1;
      return broken();
    };
    world.startService(spec);
    for (const wait of [0, 250, 500, 1000]) await world.pass(wait);
    expect(attempts).to.equal(4);
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
    world.processes.launch = launch;
  });

  it('while stopping is tried again until the tree is gone', async () => {
    world.startService(spec);
    await world.pass();
    const stop = world.processes.stop.bind(world.processes);
    world.processes.stop = broken;
    world.service(spec.id).send({ type: 'service.stop', correlationId: null });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopping.retrying');
    expect(world.reasonOf(spec.id)).to.contain('could not be stopped yet');
    world.processes.stop = stop;
    await world.pass(1_000);
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.deep.equal([sibling.id]);
  });

  it('while stopping in a drain is tried again, and never leads to another launch', async () => {
    world.startService(spec);
    await world.pass();
    const stop = world.processes.stop.bind(world.processes);
    world.processes.stop = broken;
    world.service(spec.id).send({ type: 'host.drain' });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopping.draining');
    world.processes.stop = stop;
    await world.pass(1_000);
    await world.pass(600_000);
    expect(world.stateOf(spec.id)).to.equal('stopped.drained');
    expect(world.processes.launches.filter(({ serviceId }) => serviceId === spec.id)).to.have.length(1);
  });

  it('while observing breaks only that actor; it is replaced, and quarantined if it keeps breaking', async () => {
    const observe = world.processes.observe.bind(world.processes);
    world.processes.observe = (launchId, observer) =>
      world.processes.live().find((launch) => launch.launchId === launchId)?.serviceId === spec.id
        ? broken()
        : observe(launchId, observer);
    world.startService(spec);
    for (let count = 0; count < 10; count += 1) await world.pass();
    expect(world.stateOf(spec.id)).to.equal('failed.abandoned');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.include(spec.id);
    world.processes.observe = observe;
    world.service(spec.id).send({ type: 'service.stop', correlationId: null });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
    expect(world.processes.live().map(({ serviceId }) => serviceId)).to.deep.equal([sibling.id]);
  });
});

describe('an agent actor that throws', () => {
  it('is replaced and follows its services again, which did not notice', async () => {
    const world = new ActorWorld();
    world.startAgent(agentPlan('pump1'));
    for (const wait of [0, 200, 200]) await world.pass(wait);
    const agent = world.root.getSnapshot().children['agent:pump1'];
    agent?.send({ type: 'service.changed', report: null as never }); // no code can read it
    await world.pass();
    expect(world.agentState('pump1')).to.equal('running');
    expect(world.processes.launches).to.have.length(2);
    world.processes.exit('pump1-corerl', { code: 1 });
    expect(world.agentState('pump1')).to.equal('backoff');
  });

  it('continues a stop that was in progress', async () => {
    const world = new ActorWorld();
    world.startAgent(agentPlan('pump1'));
    for (const wait of [0, 200, 200]) await world.pass(wait);
    world.processes.holdStops();
    world.stopAgent('pump1');
    world.root.getSnapshot().children['agent:pump1']?.send({ type: 'service.changed', report: null as never });
    await world.pass();
    expect(world.agentState('pump1')).to.equal('stopping');
    world.processes.releaseStops();
    await world.pass();
    expect(world.agentState('pump1')).to.equal('stopped');
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('still waits for the last process when it breaks after it has released everything', async () => {
    const world = new ActorWorld();
    world.startAgent(agentPlan('pump1'));
    for (const wait of [0, 200, 200]) await world.pass(wait);
    world.stopAgent('pump1');
    world.processes.holdStops();
    await world.pass();
    expect(world.stateOf('pump1-coreio')).to.equal('stopping.terminating');
    world.root.getSnapshot().children['agent:pump1']?.send({ type: 'service.changed', report: null as never });
    await world.pass();
    expect(world.agentState('pump1')).to.equal('stopping');
    world.processes.releaseStops();
    await world.pass();
    expect(world.agentState('pump1')).to.equal('stopped');
  });

  it('claims nothing on a reload once it was set aside while it was meant to be down', async () => {
    const world = new ActorWorld();
    const plan = agentPlan('pump1');
    world.startAgent(plan);
    world.stopAgent('pump1');
    await world.pass();
    const agent = (): { send: (event: never) => void } | undefined => world.root.getSnapshot().children['agent:pump1'];
    for (let count = 0; count < 6; count += 1) {
      agent()?.send({ type: 'service.changed', report: null } as never); // no code can read it
      await world.pass();
    }
    agent()?.send({ type: 'agent.configure', plan, correlationId: null } as never);
    for (const wait of [0, 200, 200]) await world.pass(wait);
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('waits for no shared service that was removed in the meantime', async () => {
    const world = new ActorWorld();
    world.startAgent(agentPlan('pump1', { coreioId: 'io' }));
    for (const wait of [0, 200, 200]) await world.pass(wait);
    world.stopAgent('pump1');
    await world.pass();
    world.root.send({ type: 'supervisor.remove', actorId: 'service:io' });
    world.service('pump1-corerl').send({ type: 'supervisor.quarantine', reason: { code: 'set_aside' } });
    world.service('pump1-corerl').send({ type: 'service.stop', correlationId: null });
    await world.pass();
    expect(world.agentState('pump1')).to.equal('stopped');
  });
});
