import { OrphanServiceError } from '../../../../lib/model/errors.ts';
import { HERE, REBOOTED, type Launch } from '../../../../lib/model/process.ts';
import { parseLaunchId, parseServiceId } from '../../../../lib/model/values/ids.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { expect } from 'chai';

const COREIO = parseServiceId('pump1-coreio');

describe('a host that has lost its records', () => {
  let world: ControlWorld;

  beforeEach(() => {
    world = new ControlWorld();
  });

  /** A process that the process host has adopted although no intention names its service. */
  function adopted(): Launch {
    const guarantees = {
      exactExit: true,
      treeComplete: true,
      losslessRotation: true,
      separateStreams: true,
      outputBuffer: null,
    };
    const what = { executablePath: '/plant/coreio-0.9.0', version: '0.9.0', launchedAt: 0, guarantees };
    const who = {
      launchId: parseLaunchId('b'.repeat(32)),
      serviceId: COREIO,
      generation: 4,
      pid: 4711,
      startTime: '1',
      ...HERE,
    };
    const launch = { ...who, ...what };
    world.processes.surveyed.set(COREIO, { status: 'alive', generation: 4, launch });
    return launch;
  }

  it('writes down each orphan that the survey found', async () => {
    const what = { generation: 4, pid: 4711, place: null, fate: 'reported', reason: 'It lives.' } as const;
    world.processes.found.push({ launchId: parseLaunchId('b'.repeat(32)), serviceId: COREIO, foundAt: 0, ...what });
    await world.boot();
    const { events } = await world.control.queries.history({ after: 0, limit: 10, type: 'process.stray' });
    expect(events).to.have.length(1);
    expect(events[0]).to.deep.include({ type: 'process.orphan', service_id: COREIO, cause: 'survey' });
    const { pid, generation, fate, reason } = what; // without place: it is on this machine
    expect(events[0]!.detail).to.deep.equal({ pid, generation, fate, reason, launch: 'b'.repeat(32) });
  });

  it('shows an adopted process that nothing references, and gives it to the agent that names its service', async () => {
    const { pid } = adopted();
    await world.boot();
    await world.pass(60_000);
    expect(world.control.queries.service(COREIO)).to.include({ state: 'running', orphan: true, pid, adopted: true });
    expect(world.processes.live().map((launch) => launch.pid)).to.deep.equal([pid]);

    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass(200);
    await world.pass(200);
    expect(world.control.queries.service(COREIO)).to.include({ state: 'running', pid, generation: 4, adopted: true });
    expect(world.control.queries.service(COREIO)).to.include({
      version: '0.9.0',
      intended_state: 'running',
      orphan: false,
    });
    expect(world.processes.launches.map(({ serviceId }) => serviceId)).to.deep.equal(['pump1-corerl']);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  it('stops an adopted process that nothing references, and forgets it', async () => {
    adopted();
    await world.boot();
    const stopped = world.control.stopService(COREIO, world.origin);
    await world.pass(200);
    expect(await stopped).to.include({ state: 'stopped' });
    await world.pass();
    expect(world.processes.live()).to.deep.equal([]);
    expect(world.control.queries.services()).to.deep.equal([]);
  });

  for (const command of ['startService', 'restartService'] as const) {
    it(`refuses to ${command.slice(0, -7)} it: nobody knows how`, async () => {
      const { pid } = adopted();
      await world.boot();
      const refused = await world.control[command](COREIO, world.origin).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(OrphanServiceError);
      await world.pass(1_000);
      expect(world.processes.live().map((launch) => launch.pid)).to.deep.equal([pid]);
    });
  }

  it('never launches it: not when it ends, and not after a drain', async () => {
    adopted();
    await world.boot();
    await Promise.all([world.control.close('drain'), world.pass(200), world.pass(200)]);
    expect(world.processes.live(), 'a drain stops it too').to.deep.equal([]);
    world.processes.surveyed.delete(COREIO);
    await world.boot();
    await world.pass(60_000);
    expect(world.processes.launches).to.deep.equal([]);
    expect(world.control.queries.services()).to.deep.equal([]);
  });

  it('shows and stops an orphan that is left alone and that nothing else makes known', async () => {
    const launchId = parseLaunchId('c'.repeat(32));
    const who = { launchId, serviceId: COREIO, generation: 4, pid: 4711, place: null, foundAt: 7 };
    world.processes.found.push({ ...who, fate: 'reported', reason: 'It lives.' });
    await world.boot();
    const view = { state: 'running', intended_state: 'stopped', pid: 4711, orphan: true, reason: 'It lives.' } as const;
    expect(world.control.queries.services()).to.have.length(1);
    expect(world.control.queries.service(COREIO)).to.include({ ...view, reason_code: 'orphan' });
    expect(await world.control.startService(COREIO, world.origin).catch((error: unknown) => error)).to.be.instanceOf(
      OrphanServiceError,
    );
    expect(await world.control.stopService(COREIO, world.origin)).to.include({ state: 'stopped', pid: null });
    const { events } = await world.control.queries.history({ after: 0, limit: 10, type: 'service.stop_requested' });
    expect(events.map((event) => event.service_id)).to.deep.equal([COREIO]);
  });

  it('stops an adopted process with its agent', async () => {
    adopted();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass(200);
    await Promise.all([world.control.stopAgent('pump1', world.origin), world.pass(), world.pass()]);
    expect(world.processes.live()).to.deep.equal([]);
    expect(world.control.queries.service(COREIO).state).to.equal('stopped');
  });

  it('keeps a service waiting while an orphan is left alone, says why, and does not blame the service', async () => {
    await world.boot();
    const message = 'The process 4711 lives.';
    for (let i = 0; i < 6; i += 1) world.processes.refuseNext(COREIO, { code: 'ESTRAY', isPermanent: false, message });
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (let i = 0; i < 5; i += 1) await world.pass(5_000);
    expect(world.control.queries.service(COREIO)).to.include({ state: 'backoff', reason: message });
    for (let i = 0; i < 3; i += 1) await world.pass(5_000);
    expect(world.control.queries.service(COREIO).state).to.equal('running');
  });
});

describe('a restart of the machine', () => {
  let world: ControlWorld;

  beforeEach(async () => {
    world = new ControlWorld();
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    await world.pass(200);
    await world.pass(200);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
  });

  /** Everything is gone without a word; the next host finds another boot id. */
  async function reboot(): Promise<void> {
    world.kill(1_000, (processes) => {
      for (const { serviceId } of processes.live()) processes.exit(serviceId, { isKnown: false });
    });
    for (const [serviceId, status] of world.processes.surveyed) {
      if (status.status !== 'exited') continue;
      world.processes.surveyed.set(serviceId, {
        ...status,
        exit: { ...status.exit, isBlameless: true, because: REBOOTED },
      });
    }
    await world.boot();
    await world.pass();
  }

  it('starts what was intended again, with the next generation and a reason that names it', async () => {
    await reboot();
    await world.pass(200);
    await world.pass(200);
    expect(world.control.queries.agent('pump1').state).to.equal('running');
    for (const view of world.control.queries.services()) {
      expect(view).to.include({ state: 'running', generation: 2, adopted: false });
      expect(view.last_exit).to.include({ class: 'lost', code: null, signal: null, generation: 1 });
    }
    const { events } = await world.control.queries.history({ after: 0, limit: 100, type: 'service.state_changed' });
    const reasons = events.map(({ detail }) => detail['reason']);
    expect(reasons).to.include('the machine was rebooted, which ended the process');
  });

  it('is held against no service, however often it comes', async () => {
    for (let i = 0; i < 6; i += 1) {
      await reboot();
      await world.pass(200);
      await world.pass(200);
    }
    expect(world.control.queries.services().map(({ state }) => state)).to.deep.equal(['running', 'running']);
    for (const wait of [250, 500, 1_000]) {
      world.processes.exit('pump1-corerl', { code: 1 });
      expect(world.control.queries.service('pump1-corerl').state).to.equal('backoff');
      await world.pass(wait);
    }
  });
});
