import { expect } from 'chai';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { ProcessExit, LocalShimKind } from '../../../lib/model/process.ts';
import type { LaunchEntry } from '../../../lib/ports/launch-ledger.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { bootId, procStat } from '../../../lib/process/os/process-identity.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../support/process/local-launch.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;
const LOST = parseLaunchId('0123456789abcdef'.repeat(2));

function isRunning(pid: number): boolean {
  const stat = procStat(pid);
  return stat !== null && !stat.isDead;
}

function exitOf(host: ProcessHost, launch: LocalLaunch): Promise<ProcessExit> {
  return new Promise((exited) => host.observe(launch.launchId, { exited }));
}

describe('a local process host on the state directory of an earlier one', function () {
  this.timeout(20_000);
  const kinds: LocalShimKind[] = bestShimKind() === 'native' ? ['native', 'node', 'sh'] : ['node', 'sh'];
  let world: LocalProcessWorld;
  let first: ProcessHost;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // it reads /proc
  });

  async function begin(kind: LocalShimKind): Promise<void> {
    world = new LocalProcessWorld(kind);
    first = await world.open();
  }

  afterEach(() => world.dispose());

  /** The launch of a running service whose host was then closed. */
  async function left(): Promise<LocalLaunch> {
    const launch = localLaunchBy(await first.launch(world.request(PUMP, 1)));
    await eventually(() => expect(world.ledger.entries.get(launch.launchId)?.state).to.equal('running'));
    await world.close(first);
    return launch;
  }

  function entry(overrides: Partial<LaunchEntry> = {}): LaunchEntry {
    const who = { launchId: LOST, serviceId: PUMP, generation: 1, shim: kinds[0]!, bootId: bootId() };
    const what = { executablePath: '/bin/true', version: null, intendedAt: Date.now() };
    return { ...who, ...what, state: 'intent', pid: null, startTime: null, place: null, exit: null, ...overrides };
  }

  for (const kind of kinds) {
    for (const name of ['pid', 'claim']) {
      it(`${kind}: knows the exit of a launch that was only intended and whose ${name} record is lost`, async () => {
        await begin(kind);
        const launch = await left();
        const { launchId } = launch;
        const shim = world.shimOf(launch);
        world.exit(launch, 7);
        await eventually(() => expect(isRunning(shim)).to.equal(false));
        world.ledger.put(entry({ launchId, shim: kind }));
        const record = join(world.stateDir, 'run', launchId, name);
        if (name === 'pid') writeFileSync(record, '{"pid":');
        else rmSync(record);
        const second = await world.open();
        const status = (await second.survey()).get(PUMP);
        expect(status).to.include({ status: 'exited', launchId, generation: 1 });
        expect(status?.status === 'exited' ? status.exit : null).to.include({ code: 7, isKnown: true });
        await eventually(() => expect(world.ledger.entries.get(launchId)).to.include({ state: 'exited' }));
        await eventually(() => expect(world.list('run')).to.deep.equal([]));
      });
    }

    it(`${kind}: adopts a live process with its identity and notices its end`, async () => {
      await begin(kind);
      const launch = await left();
      const second = await world.open();
      const status = (await second.survey()).get(PUMP);
      expect(status).to.include({ status: 'alive', generation: 1 });
      const adopted = status?.status === 'alive' ? status.launch : null;
      const { launchId, pid, startTime, guarantees } = launch;
      expect(adopted).to.deep.include({ launchId, pid, startTime, guarantees });
      expect(isRunning(pid)).to.equal(true);
      const exit = exitOf(second, launch);
      world.exit(launch, 5);
      expect(await exit).to.include({ code: 5, signal: null, isKnown: true });
    });

    it(`${kind}: knows of an exit that happened while no host was running`, async () => {
      await begin(kind);
      const launch = await left();
      world.exit(launch, 6);
      await eventually(() => expect(isRunning(launch.pid)).to.equal(false));
      await eventually(() => expect(world.list('exits')).to.include(launch.launchId));
      const second = await world.open();
      const status = (await second.survey()).get(PUMP);
      expect(status).to.include({ status: 'exited', generation: 1, launchId: launch.launchId });
      expect(status?.status === 'exited' && status.exit).to.include({ code: 6, signal: null, isKnown: true });
      expect(await exitOf(second, launch)).to.include({ code: 6, isKnown: true });
      await eventually(() => {
        expect(world.ledger.entries.get(launch.launchId)).to.deep.include({ state: 'exited' });
        expect([...world.list('run'), ...world.list('exits')]).to.be.empty;
      });
    });

    it(`${kind}: stops what it has adopted`, async () => {
      await begin(kind);
      const launch = await left();
      const second = await world.open();
      await second.survey();
      expect(await second.stop(PUMP, STOP)).to.include({ signal: 'SIGTERM', isKnown: true });
      expect(isRunning(launch.pid)).to.equal(false);
    });

    it(`${kind}: continues to supervise a process whose shim was killed, and notices its end`, async () => {
      await begin(kind);
      const launch = localLaunchBy(await first.launch(world.request(PUMP, 1)));
      process.kill(world.shimOf(launch), 'SIGKILL');
      await eventually(() => expect(first.live()[0]?.guarantees.exactExit).to.equal(false));
      await eventually(() => expect(world.worries.map(({ fields }) => fields['pid'])).to.include(launch.pid));
      await world.close(first);
      const second = await world.open();
      const status = (await second.survey()).get(PUMP);
      expect(status?.status === 'alive' && status.launch).to.deep.include({ pid: launch.pid });
      expect(second.live()[0]?.guarantees).to.include({ exactExit: false, treeComplete: false });
      const exit = exitOf(second, launch);
      process.kill(launch.pid, 'SIGKILL');
      expect(await exit).to.include({ code: null, signal: null, isKnown: false });
    });

    it(`${kind}: stops a process whose shim was killed`, async () => {
      await begin(kind);
      const launch = localLaunchBy(await first.launch(world.request(PUMP, 1)));
      process.kill(world.shimOf(launch), 'SIGKILL');
      await eventually(() => expect(first.live()[0]?.guarantees.exactExit).to.equal(false));
      expect(await first.stop(PUMP, STOP)).to.include({ isKnown: false });
      expect(isRunning(launch.pid)).to.equal(false);
      localLaunchBy(await first.launch(world.request(PUMP, 2)));
    });

    it(`${kind}: notices that both process and shim are gone without a record`, async () => {
      await begin(kind);
      const launch = await left();
      const pids = [world.shimOf(launch), launch.pid];
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await eventually(() => expect(pids.filter(isRunning)).to.be.empty);
      const status = (await (await world.open()).survey()).get(PUMP);
      expect(status?.status === 'exited' && status.exit).to.include({ code: null, isKnown: false });
    });
  }

  it('ends a descendant that outlived its main process and a host before it launches again', async () => {
    await begin(kinds[0]!);
    const file = join(world.folder, 'left');
    const leftover = `sh -c 'trap "" TERM; echo $$ >"${file}.tmp"; mv "${file}.tmp" "${file}"; while :; do sleep 1; done' &`;
    const executablePath = world.script(`${leftover}\nwhile [ ! -e "${file}" ]; do sleep 0.01; done`);
    const stop = { signal: 'SIGTERM', graceMs: 3_000 } as const;
    const launch = localLaunchBy(await first.launch(world.request(PUMP, 1, { executablePath, stop })));
    await exitOf(first, launch);
    const pid = Number(readFileSync(file, 'utf8'));
    await eventually(() => expect(world.ledger.entries.get(launch.launchId)?.state).to.equal('exited'));
    await world.close(first);
    const second = await world.open();
    await second.survey();
    expect(isRunning(pid)).to.equal(true);
    localLaunchBy(await second.launch(world.request(PUMP, 2)));
    expect(isRunning(pid)).to.equal(false);
  });

  it('revokes an intent that no shim has claimed', async () => {
    await begin(kinds[0]!);
    mkdirSync(join(world.stateDir, 'run', LOST));
    world.ledger.put(entry());
    const status = (await first.survey()).get(PUMP);
    expect(status).to.deep.equal({ status: 'revoked', generation: 1, launchId: LOST });
    const claim = readFileSync(join(world.stateDir, 'run', LOST, 'claim'), 'utf8');
    expect(JSON.parse(claim)).to.deep.equal({ protocol: 2, launch: LOST, owner: 'revoked' });
    await eventually(() => expect(world.ledger.entries.get(LOST)?.state).to.equal('revoked'));
  });

  it('revokes an intent whose folder was never created', async () => {
    await begin(kinds[0]!);
    world.ledger.put(entry());
    expect((await first.survey()).get(PUMP)).to.include({ status: 'revoked' });
    localLaunchBy(await first.launch(world.request(PUMP, 2)));
  });

  it('does not touch or launch a service whose launch another engine made, as it cannot see that', async () => {
    await begin(kinds[0]!);
    world.ledger.put(
      entry({ state: 'running', shim: 'pod', bootId: 'a-cluster', startTime: 'uid', place: 'pod pump' }),
    );
    expect((await first.survey()).get(PUMP)).to.equal(undefined);
    const outcome = await first.launch(world.request(PUMP, 2));
    expect(outcome.type === 'refused' && outcome.failure).to.include({ code: 'EUNREADABLE', isPermanent: false });
    expect(first.problems().join()).to.include(`"${LOST}" was made by another engine`);
    expect(world.ledger.entries.get(LOST)?.state).to.equal('running');
  });

  it('does not adopt a process with the pid of one from before a reboot', async () => {
    await begin(kinds[0]!);
    const folder = join(world.stateDir, 'run', LOST);
    const me = { pid: process.pid, start: procStat(process.pid)!.start };
    mkdirSync(folder);
    const claim = { protocol: 1, launch: LOST, owner: 'shim', shim: 'native', boot: 'another-boot', ...me };
    writeFileSync(join(folder, 'claim'), JSON.stringify(claim));
    writeFileSync(join(folder, 'pid'), JSON.stringify({ launch: LOST, ...me }));
    world.ledger.put(entry({ state: 'running', bootId: 'another-boot', pid: me.pid, startTime: me.start }));
    const status = (await first.survey()).get(PUMP);
    expect(status?.status === 'exited' && status.exit).to.include({ code: null, isKnown: false });
    expect(first.live()).to.be.empty;
    await eventually(() => expect(world.list('run')).to.be.empty);
  });

  it('knows of an exit that was recorded before a reboot', async () => {
    await begin(kinds[0]!);
    const folder = join(world.stateDir, 'run', LOST);
    mkdirSync(folder);
    const claim = {
      protocol: 1,
      launch: LOST,
      owner: 'shim',
      shim: 'native',
      boot: 'another-boot',
      pid: 7,
      start: '1',
    };
    writeFileSync(join(folder, 'claim'), JSON.stringify(claim));
    const record = { launch: LOST, pid: 8, code: null, signal: 9, core: 0, exec_errno: 0, end: 1_000 };
    writeFileSync(join(world.stateDir, 'exits', LOST), JSON.stringify(record));
    world.ledger.put(entry({ state: 'running', bootId: 'another-boot', pid: 8, startTime: '2', place: null }));
    const status = (await first.survey()).get(PUMP);
    const exit = { code: null, signal: 'SIGKILL', at: 1_000, isKnown: true };
    expect(status).to.deep.equal({ status: 'exited', generation: 1, launchId: LOST, exit });
  });

  it('takes a launch that was claimed before a reboot for ended, even if no pid was written', async () => {
    await begin(kinds[0]!);
    const folder = join(world.stateDir, 'run', LOST);
    const me = { pid: process.pid, start: procStat(process.pid)!.start };
    mkdirSync(folder);
    const claim = { protocol: 1, launch: LOST, owner: 'shim', shim: 'native', boot: 'another-boot', ...me };
    writeFileSync(join(folder, 'claim'), JSON.stringify(claim));
    world.ledger.put(entry({ bootId: 'another-boot' }));
    const status = (await first.survey()).get(PUMP);
    expect(status?.status === 'exited' && status.exit).to.include({
      code: null,
      isKnown: false,
      isBlameless: true,
      because: 'the machine was rebooted',
    });
    await eventually(() => expect(world.ledger.entries.get(LOST)?.state).to.equal('exited'));
  });

  it('reports the end of an adopted process as recorded, although its program could not be executed', async () => {
    await begin(kinds[0]!);
    const launch = await left();
    process.kill(world.shimOf(launch), 'SIGKILL');
    await eventually(() => expect(isRunning(world.shimOf(launch))).to.equal(false));
    const second = await world.open();
    await second.survey();
    expect(second.live()[0]).to.include({ launchId: launch.launchId });
    const exit = exitOf(second, launch);
    const { launchId, pid } = launch;
    const record = { launch: launchId, pid, code: 127, signal: null, core: 0, exec_errno: 2, step: 'exec', end: 1_000 };
    writeFileSync(join(world.stateDir, 'exits', launchId), JSON.stringify(record));
    process.kill(pid, 'SIGKILL');
    expect(await exit).to.deep.equal({ code: 127, signal: null, at: 1_000, isKnown: true });
  });

  it('returns the status of ended launches from the ledger', async () => {
    await begin(kinds[0]!);
    const exit = { code: 4, signal: null, at: 77, isKnown: true };
    world.ledger.put(entry({ state: 'exited', exit }));
    const status = (await first.survey()).get(PUMP);
    expect(status).to.deep.equal({ status: 'exited', generation: 1, launchId: LOST, exit });
  });

  it('lists launches that the ledger does not know, and leaves them alone', async () => {
    await begin(kinds[0]!);
    mkdirSync(join(world.stateDir, 'run', LOST));
    await first.survey();
    expect(world.worries.map(({ fields }) => fields['launches'])).to.deep.equal([[LOST]]);
    expect(world.list('run')).to.deep.equal([LOST]);
  });

  it('finishes the removals of an earlier host, and does not report revoked launches', async () => {
    await begin(kinds[0]!);
    mkdirSync(join(world.stateDir, 'run', `.${LOST}`, 'x'), { recursive: true });
    const old = join(world.stateDir, 'run', 'e'.repeat(32));
    mkdirSync(old);
    writeFileSync(join(old, 'claim'), JSON.stringify({ protocol: 1, launch: 'e'.repeat(32), owner: 'revoked' }));
    await first.survey();
    expect(world.list('run')).to.deep.equal(['e'.repeat(32)]); // a shim may still have to find out that it must not start
    utimesSync(old, 0, 0);
    await first.survey();
    await eventually(() => {
      expect(world.list('run')).to.be.empty;
    });
    expect(world.worries).to.be.empty;
  });

  it('touches no process when it closes', async () => {
    await begin(kinds[0]!);
    const launch = await left();
    expect(isRunning(launch.pid)).to.equal(true);
    const late = await first.launch(world.request(PUMP, 2));
    expect(late.type === 'refused' && late.failure).to.include({ code: 'ECLOSED', isPermanent: false });
  });
});
