import { expect } from 'chai';
import { ControlWorld } from '../../../support/control/control-world.ts';

describe('the journal', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  });

  const status = (from: number): string[] =>
    world.store.journal
      .slice(from)
      .map(({ type, agentId, serviceId, from: was, to }) =>
        [type, serviceId ?? agentId, was, to].filter(Boolean).join(' '),
      );

  it('records a start from the command to running, causes before effects, all with its correlation id', () => {
    expect(status(1)).to.deep.equal([
      'agent.start_requested pump1',
      'agent.state_changed pump1 stopped starting',
      'service.state_changed pump1-coreio stopped starting',
      'service.state_changed pump1-corerl stopped starting',
      'process.launched pump1-coreio',
      'service.state_changed pump1-coreio starting running',
      'process.launched pump1-corerl',
      'service.state_changed pump1-corerl starting running',
      'agent.state_changed pump1 starting running',
    ]);
    const origins = world.store.journal.slice(1).map(({ correlationId }) => correlationId);
    expect(new Set(origins)).to.deep.equal(new Set(['request-1']));
  });

  it('tells listeners of new events which process ended and how long it was up, also for one found by the next host', async () => {
    const pidOf = (): number | null => world.control.queries.service('pump1-corerl').pid;
    const ended = () => world.published.filter(({ type }) => type === 'process.exited').map((event) => event.ended);
    const first = pidOf();
    world.processes.exit('pump1-corerl', { code: 7 });
    for (const wait of [250, 200, 600]) await world.pass(wait);
    const second = pidOf();
    world.kill(1_000, (processes) => {
      processes.exit('pump1-corerl', { code: 8 });
    });
    await world.boot();
    await world.pass();
    const known = { serviceId: 'pump1-corerl', place: null, env: {} };
    expect(ended()).to.deep.equal([
      { ...known, generation: 1, pid: first, uptimeMs: 200 },
      { ...known, generation: 2, pid: second, uptimeMs: 1_800 },
    ]);
  });

  it('records a crash as its own cause, not that of the command that once started the service', async () => {
    const before = world.store.journal.length;
    world.processes.exit('pump1-corerl', { code: 7 });
    await world.pass();
    expect(status(before)).to.deep.equal([
      'process.exited pump1-corerl',
      'service.state_changed pump1-corerl running backoff',
      'agent.state_changed pump1 running backoff',
    ]);
    const [exited, backoff] = world.store.journal.slice(before);
    expect(exited).to.deep.include({
      cause: 'process.exited',
      correlationId: null,
      detail: { code: 7, signal: null, generation: 1, class: 'code' },
    });
    expect(backoff?.detail).to.include({ reason: 'the process exited with code 7', substate: 'waiting' });
  });

  it('numbers facts without a gap or a repeat over a restart of the host, and says what was adopted', async () => {
    const before = world.store.journal.length;
    world.kill();
    await world.boot();
    expect(status(before)).to.deep.equal([
      'host.started',
      'process.adopted pump1-coreio',
      'process.adopted pump1-corerl',
    ]);
    const seqs = world.store.journal.map(({ seq }) => seq);
    expect(seqs).to.deep.equal(seqs.map((_, index) => index + 1));
  });

  it('records that a shim died, and the service shows what is no longer guaranteed', async () => {
    const before = world.store.journal.length;
    world.processes.loseShim('pump1-corerl');
    await world.pass();
    expect(status(before)).to.deep.equal(['process.shim_lost pump1-corerl']);
    const [lost] = world.store.journal.slice(before);
    expect(lost).to.deep.include({ cause: 'process.changed', correlationId: null });
    expect(lost?.detail).to.include({ generation: 1, version: '1.0.0' });
    const view = world.control.queries.service('pump1-corerl');
    expect(view).to.include({ state: 'running', generation: 1 });
    expect(view.guarantees).to.include({ exact_exit: false, tree_complete: false, separate_streams: true });
  });

  it('records once that a shim died while no host was running, after the adoption', async () => {
    const before = world.store.journal.length;
    world.kill(100, (processes) => {
      processes.loseShim('pump1-corerl');
    });
    await world.boot();
    const told = status(before).filter((line) => line.endsWith('pump1-corerl'));
    expect(told).to.deep.equal(['process.adopted pump1-corerl', 'process.shim_lost pump1-corerl']);
    expect(world.control.queries.service('pump1-corerl').guarantees).to.include({ exact_exit: false });
    world.kill();
    await world.boot();
    expect(status(before).filter((line) => line.includes('shim_lost'))).to.have.length(1);
  });

  it('is written after a failure of the store, in order, and the health reports the failure in the meantime', async () => {
    const before = world.store.journal.length;
    world.store.breakDown('disk full');
    world.processes.exit('pump1-corerl', { code: 7 });
    await world.pass();
    expect(world.control.queries.health()).to.include({ status: 'degraded' });
    expect(world.control.queries.health().reasons?.join()).to.contain('disk full');
    world.store.heal();
    await world.pass(250);
    expect(status(before).slice(0, 2)).to.deep.equal([
      'process.exited pump1-corerl',
      'service.state_changed pump1-corerl running backoff',
    ]);
    expect(world.control.queries.health().status).to.equal('healthy');
  });

  it('has the exit of a process before the next one is launched, however long its write takes', async () => {
    const launched = (): number =>
      world.processes.launches.filter(({ serviceId }) => serviceId === 'pump1-corerl').length;
    world.store.holdWrites();
    world.processes.exit('pump1-corerl', { code: 7 });
    for (const wait of [0, 250, 60_000]) await world.pass(wait);
    expect(launched()).to.equal(1);
    world.store.releaseWrites();
    await world.pass();
    expect(launched()).to.equal(2);
  });

  it('is counted when it is published: durable events only, and none twice', async () => {
    world.store.breakDown('disk full');
    const before = world.published.length;
    world.processes.exit('pump1-corerl', { code: 7 });
    await world.pass();
    expect(world.published).to.have.length(before);
    world.store.heal();
    await world.pass(500);
    expect(world.published.slice(before).map(({ type }) => type)).to.include('process.exited');
    expect(world.published).to.deep.equal(world.store.journal);
  });
});
