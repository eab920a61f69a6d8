import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import { Health } from '../../../../lib/control/health/health.ts';
import { StoreUnavailableError } from '../../../../lib/model/errors.ts';
import { ControlWorld, recordingLog } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('the log of the health', () => {
  const timers = new SimulatedClock();
  const clock = { now: () => timers.now(), random: () => 0.5 };

  it('warns of each change with its cause, once, however its numbers change', () => {
    const log = recordingLog();
    const health = new Health(clock, log);
    let problems: readonly string[] = [];
    health.include(() => problems);
    health.logChanges(timers);
    const next = (...now: readonly string[]): readonly unknown[] => {
      problems = now;
      const before = log.records.length;
      timers.increment(1_000);
      return log.records.slice(before).map(({ level, message, fields }) => [level, message, fields]);
    };
    const degraded = (cause: string) => ['warn', 'the host is degraded', { cause }];
    expect(next()).to.deep.equal([]);
    expect(next('2 shims hang.')).to.deep.equal([degraded('2 shims hang.')]);
    expect(next('3 shims hang.')).to.deep.equal([]);
    expect(next('3 shims hang.', 'The disk is full.')).to.deep.equal([degraded('The disk is full.')]);
    expect(next('The disk is full.')).to.deep.equal([
      ['warn', 'a cause of the degraded health is resolved', { cause: '3 shims hang.' }],
    ]);
    expect(next()).to.deep.equal([['warn', 'the host is healthy again', { cause: 'The disk is full.' }]]);
    expect(next('The disk is full.')).to.deep.equal([degraded('The disk is full.')]);
    health.close();
    expect(next()).to.deep.equal([]);
  });

  it('says since when there is each cause, however its numbers change, and begins again when it comes back', () => {
    const health = new Health(clock, recordingLog());
    let problems: readonly string[] = ['2 shims hang.'];
    health.include(() => problems);
    health.logChanges(timers);
    const first = timers.now();
    timers.increment(5_000);
    problems = ['3 shims hang.', 'The disk is full.'];
    timers.increment(1_000);
    timers.increment(5_000);
    expect(health.causes()).to.deep.equal([
      { reason: '3 shims hang.', since: first },
      { reason: 'The disk is full.', since: first + 6_000 },
    ]);
    problems = [];
    timers.increment(1_000);
    problems = ['2 shims hang.'];
    timers.increment(1_000);
    expect(health.causes()).to.deep.equal([{ reason: '2 shims hang.', since: timers.now() }]);
    health.close();
  });

  it('logs problems from the beginning, and leaves a failing store to the writes', () => {
    const log = recordingLog();
    const health = new Health(clock, log);
    health.include(() => ['An orphan is alive.']);
    health.storeFailed('command', 'SQLITE_FULL');
    const before = log.records.length;
    health.logChanges(timers);
    expect(log.records.slice(before).map(({ fields }) => fields)).to.deep.equal([{ cause: 'An orphan is alive.' }]);
    health.close();
  });
});

describe('the health of a host', () => {
  describe('whose store fails', () => {
    let world: ControlWorld;

    beforeEach(async () => {
      world = new ControlWorld();
      await world.boot();
      await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
      for (const wait of [0, 200, 200]) await world.pass(wait);
      expect(world.control.queries.health()).to.not.have.property('reasons');
    });

    const start = (): Promise<unknown> => world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);

    it('is degraded when only an intention could not be written, and heals without any other write', async () => {
      world.store.breakDown('SQLITE_FULL: disk full');
      await rejection(start());
      expect(world.control.queries.health()).to.include({ status: 'degraded' });
      expect(world.control.queries.health().reasons?.join()).to.contain('disk full');
      expect(world.control.queries.obstacles().join()).to.contain('disk full');
      world.store.heal();
      await world.pass(500);
      expect(world.control.queries.health().status).to.equal('healthy');
      expect(world.control.queries.obstacles()).to.deep.equal([]);
    });

    it('is found healthy by the health check itself, which probes at most once a second', async () => {
      world.store.breakDown();
      await rejection(start());
      for (const wait of [500, 1_000, 2_000, 4_000]) await world.pass(wait); // its own looks are 5 s apart by now
      world.store.heal();
      await world.pass(900);
      world.control.queries.health();
      await world.pass();
      expect(world.control.queries.health().status).to.equal('degraded');
      await world.pass(100);
      world.control.queries.health();
      await world.pass();
      expect(world.control.queries.health().status).to.equal('healthy');
    });

    it('is probed after 0.5 s when it fails again after it was back', async () => {
      world.store.breakDown();
      await rejection(start());
      for (const wait of [500, 1_000, 2_000]) await world.pass(wait);
      world.store.heal();
      await world.pass(4_000);
      expect(world.control.queries.health().status).to.equal('healthy');
      world.store.breakDown();
      await rejection(start());
      world.store.heal();
      await world.pass(500);
      expect(world.control.queries.obstacles()).to.deep.equal([]);
    });

    it('keeps a service that crashes in the meantime in backoff with the reason, and starts it when the store is back', async () => {
      world.store.breakDown('SQLITE_FULL: disk full');
      world.processes.exit('pump1-corerl', { code: 1 });
      for (let passed = 0; passed < 30_000; passed += 250) {
        await world.pass(250);
        expect(world.control.queries.service('pump1-corerl').state).to.be.oneOf(['backoff', 'starting']);
      }
      expect(world.control.queries.service('pump1-corerl').reason).to.contain('disk full');
      expect(world.control.queries.service('pump1-coreio')).to.include({ state: 'running', generation: 1 });
      world.store.heal();
      for (let passed = 0; passed < 40_000; passed += 1_000) await world.pass(1_000);
      expect(world.control.queries.service('pump1-corerl').state).to.equal('running');
      expect(world.control.queries.health().status).to.equal('healthy');
    });
  });

  it('names what launches lack, once for all services that lack it, until they are up', async () => {
    const world = new ControlWorld();
    await world.boot();
    const reason = 'A process for the program "/plant/program-1.0.0" cannot be made: EAGAIN.';
    const failure = { code: 'EAGAIN', isPermanent: false, message: reason };
    for (const id of ['pump1-coreio', 'pump2-coreio']) world.processes.refuseNext(id, failure);
    for (const id of ['pump1', 'pump2']) {
      await world.control.startAgent({ configPath: `/plant/${id}.yaml` }, world.origin);
    }
    await world.pass();
    expect(world.control.queries.health()).to.deep.include({
      status: 'degraded',
      reasons: [`${reason} 1 more is affected.`],
    });
    expect(world.control.queries.service('pump1-coreio')).to.include({ state: 'backoff', reason });
    for (const wait of [250, 200, 200]) await world.pass(wait);
    expect(world.control.queries.agent('pump2').state).to.equal('running');
    expect(world.control.queries.health().status).to.equal('healthy');
  });

  it('forgets a launch that is no longer wanted', async () => {
    const world = new ControlWorld();
    await world.boot();
    world.processes.refuseNext('pump1-coreio', { code: 'ENOMEM', isPermanent: false });
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass();
    expect(world.control.queries.health().status).to.equal('degraded');
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass()]);
    expect(world.control.queries.health().status).to.equal('healthy');
  });

  for (const [when, isWatchedFirst] of [
    ['', true],
    [', also when it did before anybody could look at the store', false],
  ] as const) {
    it(`is degraded when only the ledger fails${when}`, async () => {
      const clock = { now: () => 0, random: () => 0.5 };
      const health = new Health(clock, recordingLog());
      const timers = new SimulatedClock();
      let isBack = false;
      const watch = { probe: () => Promise.resolve(), onBack: () => (isBack = true), timers };
      if (isWatchedFirst) health.watchStore(watch);
      health.storeWrote({ writer: 'ledger', error: new StoreUnavailableError('read-only') });
      if (!isWatchedFirst) health.watchStore(watch);
      expect(health.reasons()).to.deep.equal(['read-only']);
      timers.increment(500);
      await new Promise((resolve) => setImmediate(resolve));
      expect(health.reasons()).to.deep.equal([]);
      expect(isBack).to.equal(true);
    });
  }
});
