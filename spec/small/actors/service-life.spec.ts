import { expect } from 'chai';
import { resumeOf } from '../../../lib/actors/service/resume.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { serviceSpec } from '../../support/actors/specs.ts';

describe('a service', () => {
  const spec = serviceSpec('pump1-corerl');
  let world: ActorWorld;

  beforeEach(() => {
    world = new ActorWorld();
  });

  async function running(): Promise<void> {
    world.startService(spec);
    await world.pass();
    await world.pass(spec.settleMs);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
  }

  it('is starting until it has lived through its settle time, then running', async () => {
    world.startService(spec);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
    await world.pass(spec.settleMs - 1);
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
    await world.pass(1);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(world.contextOf(spec.id)).to.include({ generation: 1, restarts: 0, reason: null, deadlineAt: null });
  });

  it('is running with its launch if its settle time is 0', async () => {
    const seen: string[] = [];
    world.startService({ ...spec, settleMs: 0 });
    world.service(spec.id).subscribe(() => seen.push(world.stateOf(spec.id)));
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(seen).not.to.include('starting.settling');
    expect(world.contextOf(spec.id)).to.include({ generation: 1, restarts: 0, startedAt: world.clock.now() });
    world.processes.exit(spec.id, { code: 3 });
    expect(world.contextOf(spec.id).lastExit).to.include({ code: 3, generation: 1 });
  });

  it('backs off after a crash and is launched again as the next generation', async () => {
    await running();
    world.processes.exit(spec.id, { signal: 'SIGKILL' });
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
    expect(world.contextOf(spec.id).lastExit).to.include({
      signal: 'SIGKILL',
      code: null,
      class: 'signal',
      generation: 1,
    });
    await world.pass(249);
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
    await world.pass(1);
    await world.pass(spec.settleMs);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(world.contextOf(spec.id)).to.include({ generation: 2, restarts: 1 });
  });

  it('is restarted after its second crash as after its first', async () => {
    await running();
    for (const wait of [250, 500]) {
      world.processes.exit(spec.id, { code: 3 });
      await world.pass(wait);
      await world.pass(spec.settleMs);
      expect(world.stateOf(spec.id)).to.equal('running.ready');
    }
    expect(world.contextOf(spec.id).generation).to.equal(3);
  });

  it('doubles the wait with every crash in a row and starts again after its reset time in running', async () => {
    await running();
    const waits: number[] = [];
    const crash = async (): Promise<void> => {
      const before = world.clock.now();
      world.processes.exit(spec.id, { code: 1 });
      const wait = (world.contextOf(spec.id).deadlineAt ?? 0) - before;
      waits.push(wait);
      await world.pass(wait);
      await world.pass(spec.settleMs);
    };
    await crash();
    await crash();
    await world.pass(60_000);
    await crash();
    expect(waits).to.deep.equal([250, 500, 250]);
  });

  it('fails after more than three restarts within a minute, and tries once more after its recovery time', async () => {
    await running();
    for (const wait of [250, 500, 1000]) {
      world.processes.exit(spec.id, { code: 1 });
      await world.pass(wait);
    }
    world.processes.exit(spec.id, { code: 1 });
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
    expect(world.reasonOf(spec.id)).to.contain('more than 3 restarts within 60 s');
    await world.pass(29_999);
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
    await world.pass(1);
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
    world.processes.exit(spec.id, { code: 1 });
    expect(world.stateOf(spec.id)).to.equal('failed.exhausted');
  });

  it('counts an instant exit with code 0 as a failed launch when its policy is always', async () => {
    world.startService(spec);
    await world.pass();
    world.processes.exit(spec.id, { code: 0 });
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
    expect(world.reasonOf(spec.id)).to.contain('before it counted as started');
  });

  it('is complete after a success when its policy is on_failure, and stays so over a restart of the host', async () => {
    const once = serviceSpec('batch', { restart: { mode: 'on_failure' } });
    world.startService(once);
    await world.pass();
    world.processes.exit(once.id, { code: 0 });
    expect(world.stateOf(once.id)).to.equal('stopped.completed');
    const status = world.processes.status(once.id);
    const intention = { intended: 'running', holders: [], spec: null, pin: null, atLeast: 0 } as const;
    world.service(once.id).send(resumeOf(world.contextOf(once.id), intention, status, world.clock.now()));
    await world.pass(60_000);
    expect(world.stateOf(once.id)).to.equal('stopped.completed');
  });

  it('treats a death by signal as a failure, never as exit code 0', async () => {
    const once = serviceSpec('batch', { restart: { mode: 'on_failure' } });
    world.startService(once);
    await world.pass();
    world.processes.exit(once.id, { signal: 'SIGTERM' });
    expect(world.stateOf(once.id)).to.equal('backoff.waiting');
  });

  it('is failed without a fitting executable and starts by itself when one appears', async () => {
    const executable = world.catalog.executable!;
    world.catalog.executable = null;
    world.startService(spec);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('failed.missing');
    expect(world.reasonOf(spec.id)).to.contain('No executable "program"');
    world.catalog.appear(executable);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
  });

  it('is failed when its file cannot be run, and starts when the file changes', async () => {
    world.processes.refuseNext(spec.id, { code: 'ENOEXEC', message: 'The file is no program.' });
    world.startService(spec);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('failed.refused');
    expect(world.reasonOf(spec.id)).to.equal('The file is no program.');
    world.catalog.appear({ ...world.catalog.executable!, fingerprint: 'b' });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
    expect(world.contextOf(spec.id).generation).to.equal(2);
  });

  it('backs off when a launch is refused for a passing reason', async () => {
    world.processes.refuseNext(spec.id, { code: 'EAGAIN', isPermanent: false, message: 'Too many processes.' });
    world.startService(spec);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
    await world.pass(250);
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
  });

  it('waits, however long, for an engine that cannot launch it now', async () => {
    const away = { code: 'EAPI', isPermanent: false, message: 'The engine cannot be reached.' };
    world.processes.refuseNext(spec.id, away);
    world.startService(spec);
    await world.pass();
    for (let launch = 0; launch < 20; launch += 1) {
      expect(world.stateOf(spec.id)).to.equal('backoff.waiting');
      expect(world.contextOf(spec.id).budget.restartTimes).to.deep.equal([]);
      world.processes.refuseNext(spec.id, away);
      await world.pass(5_000);
    }
    await world.pass(5_000);
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
  });

  it('waits for a file that is still being written, however long, and a one-off job still runs', async () => {
    const job = serviceSpec('pump1-job', { restart: { mode: 'never' } });
    const busy = { code: 'ETXTBSY', isPermanent: false, message: 'The file is still being written.' };
    world.processes.refuseNext(job.id, busy);
    world.startService(job);
    await world.pass();
    for (let launch = 0; launch < 10; launch += 1) {
      world.processes.refuseNext(job.id, busy);
      await world.pass(5_000);
      expect(world.stateOf(job.id)).to.equal('backoff.waiting');
      expect(world.contextOf(job.id).budget.restartTimes).to.deep.equal([]);
    }
    await world.pass(5_000);
    world.processes.exit(job.id, { code: 0 });
    await world.pass();
    expect(world.stateOf(job.id)).to.equal('stopped.completed');
  });

  it('stops from backoff at once and is not launched by the timer that was pending', async () => {
    await running();
    world.processes.exit(spec.id, { code: 1 });
    world.service(spec.id).send({ type: 'service.stop', correlationId: null });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
    await world.pass(600_000);
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
    expect(world.processes.launches).to.have.length(1);
  });

  it('ends in stopped when it is stopped while its launch is under way', async () => {
    world.processes.holdLaunches();
    world.startService(spec);
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('starting.launching');
    world.service(spec.id).send({ type: 'service.stop', correlationId: null });
    world.processes.releaseLaunches();
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
    expect(world.processes.live()).to.have.length(0);
  });

  it('asks, waits its grace, kills, and takes the exit by that signal for no failure', async () => {
    await running();
    world.processes.holdStops();
    world.service(spec.id).send({ type: 'service.stop', correlationId: null });
    expect(world.stateOf(spec.id)).to.equal('stopping.terminating');
    await world.pass(5_000);
    expect(world.stateOf(spec.id)).to.equal('stopping.killing');
    expect(world.processes.stops.map(({ stop }) => stop.graceMs)).to.deep.equal([5_000, 0]);
    world.processes.releaseStops();
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopped.idle');
    expect(world.contextOf(spec.id).lastExit).to.include({ signal: 'SIGTERM', class: 'stopped' });
    expect(world.contextOf(spec.id).budget.failures).to.equal(0);
  });

  it('comes up again after a restart, with a new generation and a clean slate', async () => {
    await running();
    world.service(spec.id).send({ type: 'service.restart', correlationId: null });
    await world.pass();
    await world.pass(spec.settleMs);
    expect(world.stateOf(spec.id)).to.equal('running.ready');
    expect(world.contextOf(spec.id)).to.include({ generation: 2, restarts: 0 });
  });

  it('goes down in a drain and keeps its intention', async () => {
    await running();
    world.service(spec.id).send({ type: 'host.drain' });
    await world.pass();
    expect(world.stateOf(spec.id)).to.equal('stopped.drained');
    expect(world.contextOf(spec.id).intended).to.equal('running');
  });

  it('does not mistake the exit of an earlier launch for its own', async () => {
    await running();
    const earlier = world.contextOf(spec.id).launch!.launchId;
    world.service(spec.id).send({ type: 'service.restart', correlationId: null });
    await world.pass();
    const exit = { code: 1, signal: null, at: world.clock.now(), isKnown: true };
    world.service(spec.id).send({ type: 'process.exited', launchId: earlier, exit });
    expect(world.stateOf(spec.id)).to.equal('starting.settling');
  });
});
