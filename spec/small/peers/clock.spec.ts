import { expect } from 'chai';
import { agentPlan, PROBE } from '../../support/actors/specs.ts';
import { ControlWorld } from '../../support/control/control-world.ts';

const HOUR_MS = 3_600_000;

/**
 * supervisord counts by the wall clock and needs code for its being set back (`process.py`: "rollback"); a machine that was
 * suspended finds it set forwards, with timers that did not notice.
 */
describe('pains of peers: a wall clock that is set, or a machine that was suspended (supervisord code)', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200, 200]) await world.pass(wait);
  });

  const corerl = () => world.control.queries.service('pump1-corerl');
  const crash = async (wait: number): Promise<void> => {
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass(wait);
  };
  const exhaust = async (): Promise<void> => {
    for (const wait of [250, 500, 1_000, 0]) await crash(wait);
    expect(corerl().state).to.equal('failed');
  };

  for (const [way, ms] of [
    ['back', -HOUR_MS],
    ['forwards', HOUR_MS],
  ] as const) {
    describe(`${way} by an hour`, () => {
      it('neither shortens nor prolongs a backoff of a host that is up', async () => {
        await crash(100);
        world.setClock(ms);
        await world.pass(149);
        expect(corerl().state).to.equal('backoff');
        await world.pass(1);
        expect(corerl().state).to.equal('starting');
      });

      it('prolongs no backoff beyond its longest over a restart of the host', async () => {
        await crash(0);
        world.setClock(ms);
        world.kill();
        await world.boot();
        await world.pass(30_000);
        await world.pass(200);
        expect(corerl().state).to.equal('running');
      });

      it('does not keep a restarted host from recovering a failed service in time', async () => {
        await exhaust();
        world.setClock(ms);
        world.kill();
        await world.boot();
        await world.pass(30_000);
        await world.pass(200);
        expect(corerl().state).to.equal('running');
      });

      it('does not keep an adopted process from counting as started', async () => {
        await crash(250);
        expect(corerl().state).to.equal('starting');
        world.setClock(ms);
        world.kill();
        await world.boot();
        await world.pass(200);
        expect(corerl().state).to.equal('running');
      });

      it('does not let a stop wait longer for its kill than the whole grace', async () => {
        world.processes.holdStops();
        void world.control.stopAgent('pump1', world.origin);
        await world.pass(1_000);
        world.setClock(ms);
        world.kill();
        await world.boot();
        await world.pass();
        for (const { stop } of world.processes.stops) expect(stop.graceMs).to.be.at.most(5_000);
        expect(world.control.queries.agent('pump1').state).to.equal('stopped');
      });

      it('makes no restart count for ever, and none come without its delay', async () => {
        await crash(250);
        await crash(500);
        world.setClock(ms);
        await world.pass(200);
        for (const wait of [0, 0, 0]) {
          await crash(wait);
          expect(corerl().state).to.equal('backoff');
          await world.pass(30_000);
          await world.pass(200);
          expect(corerl().state).to.equal('running');
          await world.pass(60_000);
        }
      });
    });
  }

  it('does not keep an adopted process from failing its startup probe in time', async () => {
    const plan = agentPlan('pump2');
    const [coreio, rl] = plan.services;
    const services = [coreio!, { ...rl!, probes: { ...rl!.probes, startup: PROBE } }];
    world.specs.plans.set('pump2', { ...plan, services });
    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    for (const wait of [0, 200]) await world.pass(wait);
    expect(world.control.queries.service('pump2-corerl').substate).to.equal('probing');
    world.setClock(-HOUR_MS);
    world.kill();
    await world.boot();
    await world.pass(3_500);
    expect(world.control.queries.service('pump2-corerl').last_exit).to.include({ class: 'start_timeout' });
  });

  it('keeps the window of restarts no longer than it takes to give up, however often a recovery fails', async () => {
    const plan = agentPlan('pump2');
    const services = plan.services.map((spec) => ({ ...spec, restart: { ...spec.restart, recoverAfterMs: 1_000 } }));
    world.specs.plans.set('pump2', { ...plan, services });
    await world.control.startAgent({ configPath: '/plant/pump2.yaml' }, world.origin);
    await world.pass();
    for (let count = 0; count < 20; count += 1) {
      world.processes.exit('pump2-coreio', { code: 1 });
      await world.pass(1_000);
    }
    const rows = await world.store.loadActors();
    const { context } = JSON.parse(rows.find(({ id }) => id === 'service:pump2-coreio')!.snapshot) as {
      context: { budget: { restartTimes: unknown[] } };
    };
    expect(context.budget.restartTimes).to.have.length(4);
  });
});
