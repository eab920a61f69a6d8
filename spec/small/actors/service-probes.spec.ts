import { expect } from 'chai';
import { parseLaunchId } from '../../../lib/model/values/ids.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { PROBE, serviceSpec } from '../../support/actors/specs.ts';

/** How long a start may take: three periods and the last timeout. */
const START_TIMEOUT_MS = 3_500;

describe('a service with probes', () => {
  let world: ActorWorld;
  let id: string;

  beforeEach(() => {
    world = new ActorWorld();
  });

  async function start(probes: Parameters<typeof serviceSpec>[1]): Promise<void> {
    const spec = serviceSpec('pump1-corerl', probes);
    id = spec.id;
    world.startService(spec);
    await world.pass();
  }

  const watched = (): readonly string[] => world.prober.watches.map(({ kind }) => kind);

  it('makes a service unready with its launch if its settle time is 0', async () => {
    await start({ settleMs: 0, probes: { readiness: PROBE } });
    expect(world.stateOf(id)).to.equal('running.unready');
  });

  it('has actors for the probes that it has while it runs, and for no other', async () => {
    const effects = (): readonly string[] => Object.keys(world.service(id).getSnapshot().children);
    await start({});
    await world.pass(200);
    expect(effects()).to.deep.equal(['observeProcess']);
    const service = world.service(id);
    service.send({ type: 'service.configure', spec: serviceSpec(id, { probes: { liveness: PROBE } }) });
    expect(effects()).to.have.members(['observeProcess', 'liveness']);
    const both = { liveness: PROBE, readiness: PROBE };
    service.send({ type: 'service.configure', spec: serviceSpec(id, { probes: both }) });
    expect(watched()).to.have.members(['liveness', 'readiness']);
    service.send({ type: 'service.stop', correlationId: 'stop' });
    expect([effects(), watched()]).to.deep.equal([['stopTree'], []]);
  });

  describe('that are configured while it is starting', () => {
    const configure = (overrides: Parameters<typeof serviceSpec>[1]): void => {
      world.service(id).send({ type: 'service.configure', spec: serviceSpec(id, overrides) });
    };

    it('is held to the new startup probe at once, with at least one check of it', async () => {
      await start({ probes: { startup: PROBE } });
      await world.pass(START_TIMEOUT_MS - 100);
      configure({ probes: { startup: { ...PROBE, failureThreshold: 60 } } });
      await world.pass(10_000);
      expect(world.stateOf(id)).to.equal('starting.probing');
      expect(world.prober.watches.map(({ spec }) => spec.failureThreshold)).to.deep.equal([60]);
      configure({ probes: { startup: { ...PROBE, failureThreshold: 1 } } });
      await world.pass(1_499);
      expect(world.stateOf(id)).to.equal('starting.probing');
      await world.pass(1);
      expect(world.stateOf(id)).to.equal('backoff.waiting');
    });

    it('is probed when it gets a startup probe, and settles when it loses it', async () => {
      await start({ settleMs: 2_000 });
      await world.pass(1_000);
      configure({ settleMs: 2_000, probes: { startup: PROBE } });
      expect([world.stateOf(id), watched()]).to.deep.equal(['starting.probing', ['startup']]);
      configure({ settleMs: 2_000 });
      expect([world.stateOf(id), watched()]).to.deep.equal(['starting.settling', []]);
      await world.pass(999);
      expect(world.stateOf(id)).to.equal('starting.settling');
      await world.pass(1);
      expect(world.stateOf(id)).to.equal('running.ready');
    });

    it('has to stay up for the new settle time, from its launch on', async () => {
      await start({ settleMs: 60_000 });
      await world.pass(5_000);
      configure({ settleMs: 6_000 });
      await world.pass(1_000);
      expect(world.stateOf(id)).to.equal('running.ready');
    });

    it('continues unchanged when something else changes', async () => {
      await start({ probes: { startup: PROBE } });
      const [before] = world.prober.watches;
      configure({ probes: { startup: PROBE }, restart: { mode: 'never' } });
      expect(world.prober.watches[0]).to.equal(before);
      expect(world.contextOf(id).spec.restart.mode).to.equal('never');
    });
  });

  describe('of which one is for startup', () => {
    beforeEach(() => start({ probes: { startup: PROBE, readiness: PROBE, liveness: PROBE } }));

    it('is starting until that has passed, however long it has lived', async () => {
      await world.pass(START_TIMEOUT_MS - 1);
      expect(world.stateOf(id)).to.equal('starting.probing');
      world.prober.pass(id, 'startup');
      expect(world.stateOf(id)).to.equal('running.unready');
    });

    it('has none of the others checked before that', () => {
      expect(watched()).to.deep.equal(['startup']);
      world.prober.pass(id, 'startup');
      expect(watched()).to.have.members(['liveness', 'readiness']);
    });

    it('treats a start that takes too long as a failure, never as a success (pm2: wait_ready)', async () => {
      await world.pass(START_TIMEOUT_MS);
      expect(world.stateOf(id)).to.equal('backoff.waiting');
      const { lastExit, launch } = world.contextOf(id);
      expect(lastExit).to.include({ class: 'start_timeout', signal: 'SIGTERM' });
      expect(world.reasonOf(id)).to.equal('its startup probe did not pass within 3.5 s');
      expect(launch).to.equal(null);
      expect(world.processes.stops).to.have.length(1);
    });

    it('says what its startup probe found so far, and why its time is over', async () => {
      world.prober.miss(id, 'startup', 'nothing listens on 127.0.0.1:7100 (ECONNREFUSED)');
      expect(world.reasonOf(id)).to.equal(
        'its startup probe has not passed yet: nothing listens on 127.0.0.1:7100 (ECONNREFUSED)',
      );
      world.prober.miss(id, 'startup', 'GET http://127.0.0.1:7100/ returned 503, expected 200-399');
      await world.pass(START_TIMEOUT_MS);
      expect(world.reasonOf(id)).to.equal(
        'its startup probe did not pass within 3.5 s: GET http://127.0.0.1:7100/ returned 503, expected 200-399',
      );
      await world.pass(250);
      world.prober.miss(id, 'startup', 'no answer');
      world.prober.pass(id, 'startup');
      world.prober.pass(id, 'readiness');
      expect([world.stateOf(id), world.reasonOf(id)]).to.deep.equal(['running.ready', null]);
    });

    it('is ended through its grace and then judged when the probe gives up', async () => {
      world.processes.holdStops();
      world.prober.fail(id, 'startup', 'nothing is listening on 127.0.0.1:7100 (ECONNREFUSED)');
      expect(world.stateOf(id)).to.equal('stopping.terminating');
      await world.pass(5_000);
      expect(world.stateOf(id)).to.equal('stopping.killing');
      world.processes.releaseStops();
      await world.pass();
      expect(world.stateOf(id)).to.equal('backoff.waiting');
      expect(world.reasonOf(id)).to.contain('ECONNREFUSED');
      expect(world.contextOf(id).budget.restartTimes).to.have.length(1);
    });

    it('backs off like any other when its process exits in the meantime', () => {
      world.processes.exit(id, { code: 3 });
      expect(world.stateOf(id)).to.equal('backoff.waiting');
      expect(world.contextOf(id).lastExit).to.include({ class: 'code', code: 3 });
    });

    it('fails when its starts exhaust the budget', async () => {
      for (const wait of [0, 250, 500, 1_000]) {
        await world.pass(wait);
        world.prober.fail(id, 'startup');
        await world.pass();
      }
      expect(world.stateOf(id)).to.equal('failed.exhausted');
      expect(world.reasonOf(id)).to.contain('more than 3 restarts within 60 s');
    });
  });

  describe('of which one is for readiness', () => {
    beforeEach(async () => {
      await start({ probes: { readiness: PROBE } });
      await world.pass(200);
    });

    it('is running and not ready until it passes', () => {
      expect(world.stateOf(id)).to.equal('running.unready');
      expect(world.reasonOf(id)).to.equal('its readiness probe has not passed yet');
      world.prober.pass(id, 'readiness');
      expect(world.stateOf(id)).to.equal('running.ready');
      expect(world.reasonOf(id)).to.equal(null);
    });

    it('says what it found that has never passed, and what it finds by now', () => {
      world.prober.fail(id, 'readiness', 'check ended with exit code 4: database is locked');
      expect(world.stateOf(id)).to.equal('running.unready');
      expect(world.reasonOf(id)).to.equal('is not ready: check ended with exit code 4: database is locked');
      const { launch } = world.contextOf(id);
      const launchId = launch?.launchId ?? parseLaunchId('0'.repeat(32));
      const reason = 'nothing is listening on 127.0.0.1:7100';
      world.service(id).send({ type: 'probe.failed', probe: 'readiness', launchId, reason });
      expect(world.reasonOf(id)).to.equal(`is not ready: ${reason}`);
      world.prober.pass(id, 'readiness');
      expect(world.reasonOf(id)).to.equal(null);
    });

    it('is never ended by it (process-compose: a failed readiness kills)', async () => {
      world.prober.pass(id, 'readiness');
      world.prober.fail(id, 'readiness', 'GET … returned 503, expected 200-399');
      expect(world.stateOf(id)).to.equal('running.unready');
      expect(world.reasonOf(id)).to.equal('is not ready: GET … returned 503, expected 200-399');
      await world.pass(3_600_000);
      expect(world.stateOf(id)).to.equal('running.unready');
      expect(world.processes.stops).to.be.empty;
      world.prober.pass(id, 'readiness');
      expect(world.stateOf(id)).to.equal('running.ready');
    });
  });

  describe('of which one is for liveness', () => {
    beforeEach(async () => {
      await start({ probes: { liveness: PROBE } });
      await world.pass(200);
    });

    it('is ended when that fails, and its policy follows', async () => {
      await world.pass(10_000);
      world.prober.fail(id, 'liveness');
      await world.pass();
      expect(world.stateOf(id)).to.equal('backoff.waiting');
      expect(world.contextOf(id)).to.deep.include({ failureCount: 1, restartedBy: null });
      expect(world.contextOf(id).lastExit).to.include({ class: 'probe', signal: 'SIGTERM' });
      await world.pass(250);
      await world.pass(200);
      expect(world.stateOf(id)).to.equal('running.ready');
      expect(world.contextOf(id)).to.include({ generation: 2, restarts: 1 });
    });

    it('ends stopped when a stop comes while it is being ended', async () => {
      world.processes.holdStops();
      world.prober.fail(id, 'liveness');
      world.service(id).send({ type: 'service.stop', correlationId: null });
      world.processes.releaseStops();
      await world.pass();
      expect(world.stateOf(id)).to.equal('stopped.idle');
      expect(world.contextOf(id)).to.include({ afterStop: null, reason: null });
    });

    it('starts at once and with a clean slate when a restart comes while it is being ended', async () => {
      world.processes.holdStops();
      world.prober.fail(id, 'liveness');
      world.service(id).send({ type: 'service.restart', correlationId: null });
      world.processes.releaseStops();
      await world.pass();
      expect(world.stateOf(id)).to.equal('starting.settling');
      expect(world.contextOf(id).budget.restartTimes).to.be.empty;
    });

    it('is not restarted when its policy is never', async () => {
      world = new ActorWorld();
      await start({ probes: { liveness: PROBE }, restart: { mode: 'never' } });
      await world.pass(200);
      world.prober.fail(id, 'liveness');
      await world.pass();
      expect(world.stateOf(id)).to.equal('failed.exhausted');
    });

    it('is probed again when a configuration changes the probe, and keeps its process', () => {
      const spec = serviceSpec(id, { probes: { liveness: { ...PROBE, periodMs: 50 } } });
      world.service(id).send({ type: 'service.configure', spec });
      expect(world.stateOf(id)).to.equal('running.ready');
      expect(world.prober.watches.map(({ kind, spec: { periodMs } }) => [kind, periodMs])).to.deep.equal([
        ['liveness', 50],
      ]);
      expect(world.contextOf(id).generation).to.equal(1);
    });
  });
});
