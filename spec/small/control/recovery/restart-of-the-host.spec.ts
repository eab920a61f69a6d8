import { expect } from 'chai';
import { agentPlan, serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

describe('a host that is killed and started again', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass();
    await world.pass(200);
    await world.pass(200);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('adopts the live processes: same pids, same generations, nothing launched', async () => {
    const before = world.control.queries.services();
    world.kill(10_000);
    await world.boot();
    await world.pass(200);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
    const after = world.control.queries.services();
    const who = (views: typeof before): unknown =>
      views.map(({ id, pid, generation, since }) => [id, pid, generation, since]);
    expect(who(after)).to.deep.equal(who(before));
    expect(after.map(({ adopted }) => adopted)).to.deep.equal([true, true]);
    expect(world.processes.launches).to.have.length(0);
  });

  it('comes up with a store that cannot be written, and starts its host services once it can', async () => {
    world.kill();
    world.specs.hosts.push(serviceSpec('telemetry'));
    world.store.breakDown();
    await world.boot();
    expect(world.control.queries.agent('pump1').state).to.equal('running');
    expect(world.control.queries.health().status).to.equal('degraded');
    expect(world.control.queries.services().map(({ id }) => id)).not.to.include('telemetry');
    world.store.heal();
    for (const wait of [5_000, 0, 200, 200]) await world.pass(wait);
    expect(world.control.queries.service('telemetry')).to.include({ state: 'running', generation: 1 });
    expect(world.control.queries.health().status).to.equal('healthy');
    expect(world.processes.launches).to.have.length(1);
  });

  it('supervises what it adopted: a later crash is restarted', async () => {
    world.kill();
    await world.boot();
    world.processes.exit('pump1-corerl', { code: 7 });
    await world.pass(250);
    await world.pass(200);
    expect(world.control.queries.service('pump1-corerl')).to.include({
      state: 'running',
      generation: 2,
      adopted: false,
    });
  });

  it('treats an exit that it did not observe as if it had been there', async () => {
    world.kill(100, (processes) => processes.exit('pump1-corerl', { code: 7 }));
    await world.boot();
    const view = world.control.queries.service('pump1-corerl');
    expect(view).to.include({ state: 'backoff', generation: 1 });
    expect(view.last_exit).to.include({ code: 7, class: 'code', generation: 1 });
    await world.pass(250);
    await world.pass(200);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', generation: 2, restarts: 1 });
  });

  it('loses no exit when it dies after the next launch was begun: that one waits until the exit is kept', async () => {
    world.store.holdWrites();
    world.processes.exit('pump1-corerl', { code: 7 });
    await world.pass(250);
    expect(world.processes.launches).to.have.length(2);
    world.store.releaseWrites();
    await world.pass();
    expect(world.processes.launches).to.have.length(3);
    world.store.breakDown();
    world.processes.exit('pump1-corerl', { code: 8 });
    await world.pass(500);
    expect(world.processes.launches).to.have.length(3);
    expect(world.control.queries.service('pump1-corerl').reason).to.contain('is not launched: ');
    world.kill(1_000);
    world.store.heal();
    await world.boot();
    expect(world.control.queries.service('pump1-corerl').last_exit).to.include({ code: 8, generation: 2 });
  });

  it('continues with the rest of a backoff', async () => {
    for (const wait of [250, 500]) {
      world.processes.exit('pump1-corerl', { code: 1 });
      await world.pass(wait);
    }
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass(400);
    world.kill(500);
    await world.boot();
    expect(world.control.queries.service('pump1-corerl').state).to.equal('backoff');
    await world.pass(99);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('backoff');
    await world.pass(1);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('starting');
  });

  it('continues with the rest of the wait in failed, and keeps the restart budget', async () => {
    for (const wait of [250, 500, 1000, 10_000]) {
      world.processes.exit('pump1-corerl', { code: 1 });
      await world.pass(wait);
    }
    expect(world.control.queries.service('pump1-corerl').state).to.equal('failed');
    world.kill(10_000);
    await world.boot();
    await world.pass(9_999);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('failed');
    await world.pass(1);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('starting');
    world.processes.exit('pump1-corerl', { code: 1 });
    expect(world.control.queries.service('pump1-corerl').state).to.equal('failed');
  });

  it('releases a service that a reload has dropped, if the host dies before any actor was notified', async () => {
    const plan = agentPlan('pump1');
    const third = serviceSpec('pump1-third', { agentId: 'pump1' });
    world.specs.plans.set('pump1', { ...plan, services: [...plan.services, third] });
    await world.control.reload(false, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    expect(world.control.queries.service('pump1-third').state).to.equal('running');
    world.specs.plans.set('pump1', plan);
    const commit = world.store.commitIntentions.bind(world.store);
    const died = new Promise<void>((resolve) => {
      world.store.commitIntentions = async (intentions) => {
        await commit(intentions);
        world.store.commitIntentions = commit;
        world.kill(1_000);
        resolve();
      };
    });
    void world.control.reload(false, world.origin);
    await died;
    await world.boot();
    await world.pass();
    expect(world.control.queries.services().map(({ id }) => id)).to.deep.equal(['pump1-coreio', 'pump1-corerl']);
    expect(world.processes.live().map(({ serviceId }) => serviceId)).not.to.include('pump1-third');
  });

  it('finishes a stop that was under way, within the grace that was left', async () => {
    world.processes.holdStops();
    const stop = world.control.stopAgent('pump1', world.origin);
    await world.pass(2_000);
    expect(world.control.queries.service('pump1-corerl').state).to.equal('stopping');
    void stop;
    world.kill(1_000);
    await world.boot();
    await world.pass();
    expect(world.processes.stops[0]).to.deep.include({ stop: { signal: 'SIGTERM', graceMs: 2_000 } });
    expect(world.control.queries.agent('pump1')).to.include({ state: 'stopped', intended_state: 'stopped' });
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('knows how a process ended whose stop was finished without a host', async () => {
    world.processes.holdStops();
    void world.control.stopAgent('pump1', world.origin);
    await world.pass();
    world.kill(1_000, (processes) => processes.exit('pump1-corerl', { signal: 'SIGTERM' }));
    await world.boot();
    await world.pass();
    expect(world.control.queries.service('pump1-corerl').state).to.equal('stopped');
    expect(world.control.queries.service('pump1-corerl').last_exit).to.include({
      signal: 'SIGTERM',
      generation: 1,
      class: 'stopped',
    });
  });

  it('keeps an agent stopped that was stopped', async () => {
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass()]);
    world.kill(60_000);
    await world.boot();
    await world.pass(60_000);
    expect(world.control.queries.agentIds()).to.deep.equal(['pump1']);
    expect(world.control.queries.agent('pump1')).to.include({ state: 'stopped', config_path: '/plant/pump1.yaml' });
    expect(world.processes.launches).to.have.length(0);
  });

  it('carries out a start that was accepted but never acted on', async () => {
    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    world.kill();
    await world.boot();
    await world.pass(200);
    await world.pass(200);
    expect(world.control.queries.agentIds()).to.deep.equal(['pump1', 'pump2']);
    expect(world.control.queries.agent('pump2').state).to.equal('running');
  });

  it('adopts a process whose actor was never written', async () => {
    world.store.holdWrites();
    const accepted = world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    world.store.releaseWrites();
    await accepted;
    world.store.breakDown();
    await world.pass();
    const pid = world.control.queries.service('pump2-coreio').pid;
    expect(pid).to.be.a('number');
    world.kill();
    world.store.heal();
    await world.boot();
    await world.pass(200);
    expect(world.control.queries.service('pump2-coreio')).to.include({
      state: 'running',
      pid,
      generation: 1,
      adopted: true,
    });
  });

  it('continues with an agent whose intention was lost', async () => {
    await world.store.commitIntentions({ put: [], drop: ['agent:pump1'], journal: [] });
    const before = world.control.queries.services().map(({ id, pid }) => [id, pid]);
    world.kill(1_000);
    await world.boot();
    await world.pass(200);
    expect(world.control.queries.agent('pump1')).to.include({ state: 'running', intended_state: 'running' });
    expect(world.control.queries.services().map(({ id, pid }) => [id, pid])).to.deep.equal(before);
    expect(world.control.queries.agentIds()).to.deep.equal(['pump1']);
    expect(world.processes.stops).to.deep.equal([]);
  });

  it('brings everything up again after a drain, as it was intended', async () => {
    await Promise.all([world.control.close('drain'), world.pass(), world.pass(), world.pass()]);
    expect(world.processes.live()).to.deep.equal([]);
    expect(world.processes.stops.map(({ serviceId }) => serviceId)).to.deep.equal(['pump1-corerl', 'pump1-coreio']);
    world.kill(5_000);
    await world.boot();
    await world.pass(200);
    await world.pass(200);
    expect(world.control.queries.agent('pump1')).to.include({ state: 'running', intended_state: 'running' });
  });

  it('sets a row aside that no machine fits, brings the rest back, and adopts the process of the lost one', async () => {
    const rows = await world.store.loadActors();
    const bad = rows.find((row) => row.path === 'service:pump1-corerl')!;
    const broken = { ...bad, snapshot: bad.snapshot.replace('"running"', '"dancing"') };
    await world.store.commitActors({ upserts: [broken], removals: [], journal: [], updatedAt: 0 });
    const pid = world.control.queries.service('pump1-corerl').pid;
    world.kill();
    await world.boot();
    await world.pass(200);
    expect(world.store.quarantined.map(({ row, reason }) => [row.path, reason])).to.deep.equal([
      ['service:pump1-corerl', "Child state 'dancing' does not exist on 'service'"],
    ]);
    expect(world.control.queries.service('pump1-corerl')).to.include({ state: 'running', pid, adopted: true });
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });
});
