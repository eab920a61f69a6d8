import { expect } from 'chai';
import { HERE, type LaunchStatus } from '../../../../lib/model/process.ts';
import { parseLaunchId } from '../../../../lib/model/values/ids.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

const LAUNCH_ID = parseLaunchId('f'.repeat(32));

describe('a launch that was under way when its stop was accepted and the host died', () => {
  const spec = serviceSpec('pump1-corerl', { agentId: 'pump1' });
  const { id: serviceId } = spec;
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [0, 200, 200, 60_000]) await world.pass(wait);
    world.catalog.executable = { path: '/plant/program-2.0.0', version: '2.0.0', fingerprint: 'b' };
    world.processes.holdLaunches();
    await world.control.restartService(serviceId, world.origin);
    await world.pass();
    expect(world.control.queries.service(serviceId)).to.include({ substate: 'launching', generation: 1 });
  });

  /** What became of generation 2 while no host was there. */
  function fate(status: 'alive' | 'exited'): LaunchStatus {
    const [generation, at] = [2, world.clock.now()];
    if (status === 'exited') {
      return { status, generation, launchId: LAUNCH_ID, exit: { code: 7, signal: null, at, isKnown: true } };
    }
    const guarantees = {
      exactExit: true,
      treeComplete: true,
      losslessRotation: true,
      separateStreams: true,
      outputBuffer: null,
    };
    const program = { executablePath: '/plant/program-2.0.0', version: '2.0.0', launchedAt: at, guarantees };
    const launch = { launchId: LAUNCH_ID, serviceId, generation, pid: 4711, startTime: '1', ...HERE, ...program };
    return { status, generation, launch };
  }

  const toldExits = (): readonly unknown[] =>
    world.store.journal
      .filter((entry) => entry.type === 'process.exited' && entry.serviceId === serviceId)
      .map(({ detail }) => detail['generation']);

  for (const status of ['alive', 'exited'] as const) {
    const expected = status === 'alive' ? { signal: 'SIGTERM' } : { code: 7 };
    const what = status === 'alive' ? 'came up' : 'came up and exited';

    it(`is told once when it ${what} while no host lived, and the stop had begun`, async () => {
      world.processes.stop = () => new Promise(() => undefined);
      void world.control.stopService(serviceId, world.origin);
      await world.pass();
      expect(world.control.queries.service(serviceId).state).to.equal('stopping');
      world.kill(1_000);
      world.processes.surveyed.set(serviceId, fate(status));
      await world.boot();
      await world.pass(10_000);
      expect(toldExits()).to.deep.equal([1, 2]);
      expect(world.control.queries.service(serviceId)).to.include({ state: 'stopped', generation: 2 });
      expect(world.control.queries.service(serviceId).last_exit).to.include({ generation: 2, ...expected });
    });

    it(`is told once when it ${what} while no host lived, and the stop had not begun`, async () => {
      await world.store.commitIntentions({
        put: [{ subject: `service:${serviceId}`, intended: 'stopped', holder: null, atLeast: 0, spec }],
        drop: [],
        journal: [],
      });
      world.kill(1_000);
      world.processes.surveyed.set(serviceId, fate(status));
      await world.boot();
      await world.pass(10_000);
      expect(toldExits()).to.deep.equal([1, 2]);
      expect(world.control.queries.service(serviceId)).to.include({ state: 'stopped', generation: 2 });
      expect(world.control.queries.service(serviceId).last_exit).to.include({ generation: 2, ...expected });
    });
  }

  it('proves nothing about its file, which never counted as started', async () => {
    world.processes.stop = () => new Promise(() => undefined);
    void world.control.stopService(serviceId, world.origin);
    await world.pass();
    world.kill(120_000);
    world.processes.surveyed.set(serviceId, fate('alive'));
    await world.boot();
    await world.pass(120_000);
    const row = (await world.store.loadActors()).find(({ path }) => path === `service:${serviceId}`);
    expect(JSON.parse(row?.snapshot ?? '{}')).to.have.nested.property(
      'context.lastGoodVersion.path',
      '/plant/program-1.0.0',
    );
  });
});
