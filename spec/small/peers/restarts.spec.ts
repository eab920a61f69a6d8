import { expect } from 'chai';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { PROBE, serviceSpec } from '../../support/actors/specs.ts';

const DAYS_MS = 24 * 3_600_000;

/** What users of other supervisors suffer from, each by its source: none of it happens here. */
describe('pains of peers: restarts', () => {
  let world: ActorWorld;
  const spec = serviceSpec('pump1-corerl');
  const { id } = spec;

  beforeEach(() => {
    world = new ActorWorld();
  });

  async function up(one = spec): Promise<void> {
    world.startService(one);
    await world.pass();
    await world.pass(200);
  }

  /** Lets the process crash whenever there is one, for so long. */
  async function crashFor(ms: number, how = { code: 1 }): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      if (world.processes.live().length > 0) world.processes.exit(id, how);
      await world.pass(50);
    }
  }

  const send = (type: 'service.start' | 'service.stop' | 'service.restart'): void => {
    world.service(id).send({ type, correlationId: null });
  };

  it('pm2#2584: a restart limit that never trips', async () => {
    await up();
    await crashFor(10_000);
    expect(world.stateOf(id)).to.equal('failed.exhausted');
    expect(world.processes.launches).to.have.length(4);
  });

  it('pm2#2584: … nor for a loop that begins after days up', async () => {
    await up();
    await world.pass(30 * DAYS_MS);
    await crashFor(10_000);
    expect(world.stateOf(id)).to.equal('failed.exhausted');
    expect(world.processes.launches).to.have.length(4);
  });

  it('pm2 (code): … nor for one whose backoff is long, when its settings can reach the limit', async () => {
    const backoff = { initialMs: 10_000, factor: 1, maxMs: 10_000, jitter: 0, resetAfterMs: 60_000 };
    await up(serviceSpec(id, { restart: { backoff } }));
    await crashFor(45_000);
    expect(world.stateOf(id)).to.equal('failed.exhausted');
  });

  it('systemd#43813: a backoff that never starts again', async () => {
    await up();
    const waits: number[] = [];
    for (let crash = 0; crash < 12; crash += 1) {
      world.processes.exit(id, { code: 1 });
      waits.push(world.contextOf(id).deadlineAt! - world.clock.now());
      for (const wait of [250, 200, 30 * DAYS_MS]) await world.pass(wait);
    }
    expect(new Set(waits)).to.deep.equal(new Set([250]));
  });

  it('pm2#1966: a stop during backoff that ends in a launch', async () => {
    await up();
    world.processes.exit(id, { code: 1 });
    expect(world.stateOf(id)).to.equal('backoff.waiting');
    send('service.stop');
    await world.pass(DAYS_MS);
    expect(world.stateOf(id)).to.equal('stopped.idle');
    expect(world.processes.launches).to.have.length(1);
  });

  it('pm2 (code): death by a signal that is taken for exit code 0', async () => {
    await up(serviceSpec(id, { restart: { mode: 'on_failure', successExitCodes: [0] } }));
    world.processes.exit(id, { signal: 'SIGKILL' });
    expect(world.stateOf(id)).to.equal('backoff.waiting');
    expect(world.contextOf(id).lastExit).to.include({ class: 'signal', signal: 'SIGKILL', code: null });
  });

  it('pm2 (wait_ready): a start that takes too long and counts as ready', async () => {
    await up(serviceSpec(id, { probes: { startup: PROBE } }));
    await world.pass(3_300);
    expect(world.stateOf(id)).to.equal('backoff.waiting');
    expect(world.contextOf(id).lastExit).to.include({ class: 'start_timeout' });
    expect(world.processes.live()).to.deep.equal([]);
  });

  it('process-compose#403: a readiness probe that kills', async () => {
    await up(serviceSpec(id, { probes: { readiness: PROBE } }));
    world.prober.pass(id, 'readiness');
    world.prober.fail(id, 'readiness');
    await world.pass(DAYS_MS);
    expect(world.stateOf(id)).to.equal('running.unready');
    expect(world.processes.stops).to.deep.equal([]);
    expect(world.contextOf(id).generation).to.equal(1);
  });

  it('upstream U1: a second crash that is never restarted', async () => {
    await up();
    for (let crash = 0; crash < 10; crash += 1) {
      world.processes.exit(id, { code: 1 });
      for (const wait of [250, 200, 60_000]) await world.pass(wait);
      expect(world.stateOf(id), `after crash ${crash + 1}`).to.equal('running.ready');
    }
    expect(world.contextOf(id).generation).to.equal(11);
  });

  it('upstream U2: two live processes of a service that was alive and unwell', async () => {
    await up(serviceSpec(id, { probes: { liveness: PROBE } }));
    world.processes.holdStops();
    world.prober.fail(id, 'liveness');
    await world.pass(600_000); // however long the old one takes to go
    expect(world.processes.launches).to.have.length(1);
    world.processes.releaseStops();
    await world.pass();
    expect(world.processes.live()).to.deep.equal([]);
    await world.pass(250);
    expect(world.processes.live().map(({ generation }) => generation)).to.deep.equal([2]);
  });

  it('pm2#4901: a new copy next to one that would not die', async () => {
    await up();
    world.processes.holdStops();
    send('service.restart');
    await world.pass(600_000);
    expect(world.stateOf(id)).to.equal('stopping.killing');
    expect(world.processes.launches).to.have.length(1);
  });

  for (const initialMs of [0, 1]) {
    it(`supervisord#1285: instant exits without a delay (backoff initial ${initialMs}ms)`, async () => {
      const backoff = { initialMs, factor: 1, maxMs: initialMs, jitter: 1, resetAfterMs: 0 };
      const intensity = { maxRestarts: 1_000_000, periodMs: 1_000 };
      world.startService(serviceSpec(id, { settleMs: 0, restart: { backoff, intensity } }));
      await world.pass();
      for (let ms = 0; ms < 2_000; ms += 10) {
        if (world.processes.live().length > 0) world.processes.exit(id, { code: 0 });
        await world.pass(10);
      }
      expect(world.processes.launches.length).to.be.within(2, 21);
    });
  }

  it('supervisord#1285: … nor with recover_after 0', async () => {
    const restart = { recoverAfterMs: 0, intensity: { maxRestarts: 0, periodMs: 60_000 } };
    world.startService(serviceSpec(id, { settleMs: 0, restart }));
    await world.pass();
    for (let ms = 0; ms < 2_000; ms += 10) {
      if (world.processes.live().length > 0) world.processes.exit(id, { code: 1 });
      await world.pass(10);
    }
    expect(world.processes.launches.length).to.be.within(2, 21);
  });

  it('supervisord#1189: an early exit with an expected code that counts against nothing', async () => {
    world.startService(spec);
    await world.pass();
    await crashFor(10_000, { code: 0 });
    expect(world.stateOf(id)).to.equal('failed.exhausted');
    expect(world.processes.launches).to.have.length(4);
  });

  it('otp#1287: a quota that is burnt within microseconds', async () => {
    await up();
    const begunAt = world.clock.now();
    await crashFor(10_000);
    const { restartTimes } = world.contextOf(id).budget;
    expect(world.stateOf(id)).to.equal('failed.exhausted');
    expect(restartTimes.at(-1)! - begunAt).to.be.at.least(250 + 500 + 1_000);
  });

  it('upstream U13: starting and stopping that are never reported', async () => {
    const seen: string[] = [];
    world.startService(spec);
    const subscription = world.service(id).subscribe((snapshot) => void seen.push(Object.keys(snapshot.value)[0]!));
    await world.pass();
    await world.pass(200);
    send('service.stop');
    await world.pass();
    subscription.unsubscribe();
    expect(seen.filter((state, index) => state !== seen[index - 1])).to.deep.equal([
      'starting',
      'running',
      'stopping',
      'stopped',
    ]);
  });
});
