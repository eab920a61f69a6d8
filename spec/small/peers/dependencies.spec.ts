import { expect } from 'chai';
import type { DependencyCondition } from '../../../lib/model/spec.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { PROBE, serviceSpec } from '../../support/actors/specs.ts';

/** What users of other supervisors suffer from, each by its source: none of it happens here. */
describe('pains of peers: dependencies', () => {
  let world: ActorWorld;

  beforeEach(() => {
    world = new ActorWorld();
  });

  const io = 'pump1-coreio';
  const rl = 'pump1-corerl';
  const dependent = (condition: DependencyCondition = 'started') =>
    serviceSpec(rl, { dependsOn: [{ serviceId: parseServiceId(io), condition }] });

  it('pm2#3571, process-compose#530: a stop while waiting for a dependency that ends in a launch', async () => {
    world.catalog.executable = null;
    for (const spec of [serviceSpec(io), dependent()]) world.startService(spec);
    await world.pass();
    expect(world.stateOf(rl)).to.equal('starting.waiting');
    world.service(rl).send({ type: 'service.stop', correlationId: null });
    await world.pass();
    expect(world.stateOf(rl)).to.equal('stopped.idle');
    world.catalog.appear({ path: '/plant/program-1.0.0', version: '1.0.0', fingerprint: 'a' });
    await world.pass();
    await world.pass(600_000);
    expect(world.stateOf(io)).to.equal('running.ready');
    expect(world.processes.launches.map(({ serviceId }) => serviceId)).to.deep.equal([io]);
  });

  it('systemd#18856: a dependent that never starts once its dependency recovers', async () => {
    for (const spec of [serviceSpec(io), dependent()]) world.startService(spec);
    await world.pass();
    for (const wait of [250, 500, 1_000, 0]) {
      world.processes.exit(io, { code: 1 });
      await world.pass(wait);
    }
    expect(world.stateOf(io)).to.equal('failed.exhausted');
    expect(world.stateOf(rl)).to.equal('starting.waiting');
    for (let day = 0; day < 3; day += 1) {
      await world.pass(30_000); // recovery attempts that fail
      world.processes.exit(io, { code: 1 });
      expect(world.stateOf(rl)).to.equal('starting.waiting');
    }
    await world.pass(30_000);
    await world.pass(200);
    await world.pass(200);
    expect([world.stateOf(io), world.stateOf(rl)]).to.deep.equal(['running.ready', 'running.ready']);
  });

  it('a dependent of a launch does not wait until its dependency counts as started, but for each launch', async () => {
    const slow = serviceSpec(io, { settleMs: 10_000 });
    for (const spec of [slow, dependent('launched')]) world.startService(spec);
    world.processes.holdLaunches();
    await world.pass();
    expect(world.reasonOf(rl)).to.equal('is waiting until pump1-coreio has been launched');
    world.processes.releaseLaunches();
    await world.pass();
    expect([world.stateOf(io), world.stateOf(rl)]).to.deep.equal(['starting.settling', 'starting.settling']);
    world.processes.exit(io, { code: 1 });
    world.service(rl).send({ type: 'service.restart', correlationId: null });
    await world.pass();
    expect([world.stateOf(io), world.stateOf(rl)]).to.deep.equal(['backoff.waiting', 'starting.waiting']);
    await world.pass(250);
    expect(world.stateOf(rl)).to.equal('starting.settling');
  });

  it('a dependent of a launch that was probed, or completed before, is launched too', async () => {
    const probed = serviceSpec(io, { probes: { startup: PROBE }, restart: { mode: 'on_failure' } });
    for (const spec of [probed, dependent('launched')]) world.startService(spec);
    await world.pass();
    expect([world.stateOf(io), world.stateOf(rl)]).to.deep.equal(['starting.probing', 'starting.settling']);
    world.processes.exit(io, { code: 0 });
    world.service(rl).send({ type: 'service.restart', correlationId: null });
    await world.pass();
    expect([world.stateOf(io), world.stateOf(rl)]).to.deep.equal(['stopped.completed', 'starting.settling']);
  });

  it('process-compose#189: a dependent that gives up while its dependency restarts', async () => {
    const probed = serviceSpec(io, { probes: { readiness: PROBE } });
    for (const spec of [probed, dependent('healthy')]) world.startService(spec);
    await world.pass();
    for (const wait of [250, 500, 1_000]) {
      await world.pass(200);
      world.processes.exit(io, { code: 1 });
      expect(world.stateOf(rl)).to.equal('starting.waiting');
      await world.pass(wait);
    }
    await world.pass(200);
    expect(world.reasonOf(rl)).to.equal('is waiting until pump1-coreio is ready');
    world.prober.pass(io, 'readiness');
    await world.pass();
    await world.pass(200);
    expect(world.stateOf(rl)).to.equal('running.ready');
  });
});
