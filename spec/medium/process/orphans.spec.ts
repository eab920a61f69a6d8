import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessExit, LocalShimKind } from '../../../lib/model/process.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchRequest, ProcessHost, OrphanPolicy } from '../../../lib/ports/process-host.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { INSTANCE_ID, LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../support/process/local-launch.ts';
import { memoryLedger, type MemoryLedger } from '../../support/store/memory-ledger.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

describe('a process that the ledger does not know', function () {
  this.timeout(20_000);
  const kinds: LocalShimKind[] = bestShimKind() === 'native' ? ['native', 'node', 'sh'] : ['node', 'sh'];
  let world: LocalProcessWorld;
  let ledger: MemoryLedger;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // it reads /proc
  });

  afterEach(() => world.dispose());

  /** A running service of generation 3 whose host and ledger are gone. */
  async function left(kind = kinds[0]!, overrides: Partial<LaunchRequest> = {}): Promise<LocalLaunch> {
    world = new LocalProcessWorld(kind);
    ledger = memoryLedger();
    const first = await world.open();
    const launch = localLaunchBy(await first.launch(world.request(PUMP, 3, overrides)));
    await eventually(() => expect(world.ledger.entries.get(launch.launchId)?.state).to.equal('running'));
    await world.close(first);
    return launch;
  }

  /** The next host, with another ledger. */
  async function next(orphans?: OrphanPolicy, bootId?: string): Promise<ProcessHost> {
    const policy = orphans === undefined ? {} : { orphans };
    const host = await world.open({ ledger, ...policy, ...(bootId === undefined ? {} : { bootId }) });
    await host.survey();
    return host;
  }

  function folderOf(launch: LocalLaunch): string {
    return join(world.stateDir, 'run', launch.launchId);
  }

  function exitOf(host: ProcessHost, launch: LocalLaunch): Promise<ProcessExit> {
    return new Promise((exited) => host.observe(launch.launchId, { exited }));
  }

  async function refusalOf(host: ProcessHost, generation: number): Promise<string> {
    const outcome = await host.launch(world.request(PUMP, generation));
    return outcome.type === 'refused' ? `${outcome.failure.code} ${outcome.failure.message}` : 'launched';
  }

  describe('with the policy report', () => {
    for (const kind of kinds) {
      it(`${kind}: is reported and left alone, and its service is not launched a second time`, async () => {
        const { launchId, pid } = await left(kind);
        const host = await next();
        expect(host.orphans()).to.have.length(1);
        expect(host.orphans()[0]).to.include({ launchId, serviceId: PUMP, generation: 3, pid, fate: 'reported' });
        expect(host.orphans()[0]!.reason).to.include(String(pid)).and.include('--orphans adopt');
        expect(await refusalOf(host, 1))
          .to.match(/^ESTRAY /)
          .and.include(String(pid));
        const again = await host.launch(world.request(PUMP, 4));
        expect(again).to.include({ type: 'refused', generation: 3 }); // waiting uses up no generation
        expect(isAlive(pid)).to.equal(true);
        expect(host.status(PUMP)).to.equal(null);
        expect(ledger.entries.size).to.equal(0);
      });

      it(`${kind}: ends with a stop of its service; its exit record stays and its generation is not reused`, async () => {
        const launch = await left(kind);
        const host = await next();
        await host.stop(PUMP, STOP);
        expect(isAlive(launch.pid)).to.equal(false);
        expect(world.list('exits')).to.include(launch.launchId);
        expect(localLaunchBy(await host.launch(world.request(PUMP, 1))).generation).to.equal(4);
      });
    }

    it('no longer prevents a launch once it has ended', async () => {
      const launch = await left();
      const host = await next();
      world.exit(launch, 0);
      await eventually(() => expect(isAlive(launch.pid)).to.equal(false));
      const request = world.request(PUMP, 1);
      const outcome = await eventually(async () => localLaunchBy(await host.launch(request)));
      expect(outcome.generation).to.equal(4);
      expect(world.list('exits')).to.include(launch.launchId);
    });

    it('is recognized by its environment if its records are gone', async () => {
      const { launchId, pid } = await left('sh');
      rmSync(join(world.stateDir, 'run', launchId), { recursive: true });
      const host = await next();
      expect(host.orphans()).to.have.length(1);
      expect(host.orphans()[0]).to.include({ launchId, serviceId: PUMP, generation: 3, fate: 'reported' });
      expect(await refusalOf(host, 1)).to.match(/^ESTRAY /);
      await host.stop(PUMP, STOP);
      expect(isAlive(pid)).to.equal(false);
      expect(localLaunchBy(await host.launch(world.request(PUMP, 2))).generation).to.equal(4);
    });

    it('is an orphan of its base path if the instance that launched it is gone, and a stop ends it', async () => {
      const { launchId, pid } = await left();
      rmSync(join(world.stateDir, 'run', launchId), { recursive: true });
      const host = await world.open({ ledger, instanceId: 'another-instance' });
      await host.survey();
      expect(host.heldOrphans().map((orphan) => orphan.pid)).to.deep.equal([pid]);
      expect(await refusalOf(host, 1)).to.match(/^ESTRAY /);
      await host.stop(PUMP, STOP);
      expect(isAlive(pid)).to.equal(false);
      expect(host.heldOrphans()).to.be.empty;
    });

    it('is not an orphan if another instance launched it that is still there', async () => {
      const { launchId, pid } = await left();
      rmSync(join(world.stateDir, 'run', launchId), { recursive: true });
      const instanceAt = (): string => INSTANCE_ID;
      const host = await world.open({ ledger, instanceId: 'another-instance', instanceAt });
      await host.survey();
      expect(host.orphans()).to.be.empty;
      expect(isAlive(pid)).to.equal(true);
      await world.close(host);
      await (await next()).stop(PUMP, STOP);
      expect(isAlive(pid)).to.equal(false);
    });
  });

  describe('with the policy adopt', () => {
    for (const kind of kinds) {
      it(`${kind}: is entered in the ledger and supervised: same pid, same generation, its end is reported`, async () => {
        const launch = await left(kind);
        const host = await next('adopt');
        const { launchId, pid, startTime, executablePath, version } = launch;
        const status = host.status(PUMP);
        expect(status).to.include({ status: 'alive', generation: 3 });
        const who = { launchId, pid, startTime, executablePath, version, generation: 3 };
        expect(status?.status === 'alive' && status.launch).to.deep.include(who);
        expect(ledger.entries.get(launchId)).to.include({ state: 'running', pid, generation: 3 });
        expect(host.orphans().map(({ fate }) => fate)).to.deep.equal(['adopted']);
        expect(await refusalOf(host, 4)).to.match(/^EALIVE /);
        const exit = exitOf(host, launch);
        world.exit(launch, 5);
        expect(await exit).to.include({ code: 5, isKnown: true });
        await eventually(() => expect(ledger.entries.get(launchId)?.state).to.equal('exited'));
      });
    }

    for (const kind of kinds) {
      it(`${kind}: is supervised without its shim too, with fewer guarantees`, async () => {
        const launch = await left(kind);
        process.kill(world.shimOf(launch), 'SIGKILL');
        const host = await next('adopt');
        expect(host.orphans().map(({ fate }) => fate)).to.deep.equal(['adopted']);
        await eventually(() => {
          const status = host.status(PUMP);
          expect(status?.status === 'alive' && status.launch.guarantees).to.include({ exactExit: false });
        });
        expect(isAlive(launch.pid)).to.equal(true);
        const exit = exitOf(host, launch);
        world.exit(launch, 5);
        expect(await exit).to.include({ isKnown: false });
        await eventually(() => expect(ledger.entries.get(launch.launchId)?.state).to.equal('exited'));
      });
    }

    it('replaces an older generation that a copy of the ledger still has as running', async () => {
      const launch = await left();
      const old = { ...world.ledger.entries.get(launch.launchId)!, launchId: parseLaunchId('a'.repeat(32)) };
      ledger.put({ ...old, generation: 2, pid: launch.pid, startTime: '1' });
      const host = await next('adopt');
      expect(host.status(PUMP)).to.include({ status: 'alive', generation: 3 });
      expect(host.live().map(({ pid }) => pid)).to.deep.equal([launch.pid]);
      expect(ledger.entries.get(old.launchId)?.state).to.equal('exited');
    });

    it('is only reported if a newer generation is in the ledger', async () => {
      const launch = await left();
      const entry = world.ledger.entries.get(launch.launchId)!;
      const exit = { code: 0, signal: null, at: 1, isKnown: true };
      ledger.put({ ...entry, launchId: parseLaunchId('a'.repeat(32)), generation: 3, state: 'exited', exit });
      const host = await next('adopt');
      expect(host.orphans()[0]).to.include({ fate: 'reported' });
      expect(host.orphans()[0]!.reason).to.include('generation 3');
      expect(await refusalOf(host, 4)).to.match(/^ESTRAY /);
    });

    for (const file of ['request', 'pid', 'claim']) {
      it(`is only reported without its ${file}`, async () => {
        const launch = await left();
        if (file === 'claim') rmSync(folderOf(launch), { recursive: true });
        else rmSync(join(folderOf(launch), file));
        // Without a pid file the host waits for a live shim, which may be about to fork; here it never does.
        const shim = file === 'pid' ? shimOf(launch) : null;
        if (shim !== null) process.kill(shim, 'SIGKILL');
        const host = await next('adopt');
        expect(host.orphans().map(({ fate, pid }) => [fate, pid])).to.deep.equal([['reported', launch.pid]]);
        expect(isAlive(launch.pid)).to.equal(true);
        await host.stop(PUMP, STOP);
        expect(isAlive(launch.pid)).to.equal(false);
      });
    }

    it('is left to the next host if the ledger cannot be written', async () => {
      const launch = await left();
      ledger.breakDown(true);
      const host = await next('adopt');
      expect(host.orphans().map(({ fate }) => fate)).to.deep.equal(['reported']);
      expect(isAlive(launch.pid)).to.equal(true);
      await world.close(host);
      ledger.breakDown(false);
      expect((await next('adopt')).orphans().map(({ fate }) => fate)).to.deep.equal(['adopted']);
    });
  });

  describe('with the policy kill', () => {
    for (const kind of kinds) {
      it(`${kind}: is stopped with the stop spec of its launch, and its exit record stays`, async () => {
        const launch = await left(kind, { stop: { signal: 'SIGINT', graceMs: 5_000 }, ...interruptible() });
        await eventually(() => expect(existsSync(join(world.folder, 'up'))).to.equal(true));
        const host = await next('kill');
        expect(host.orphans().map(({ fate }) => fate)).to.deep.equal(['killed']);
        await eventually(() => expect(isAlive(launch.pid)).to.equal(false));
        await eventually(() => {
          const record = readFileSync(join(world.stateDir, 'exits', launch.launchId), 'utf8');
          expect(JSON.parse(record)).to.include({ code: 42 });
        });
      });
    }

    it('has ended before its service is launched again', async () => {
      const launch = await left();
      const host = await next('kill');
      expect(localLaunchBy(await host.launch(world.request(PUMP, 1))).generation).to.equal(4);
      expect(isAlive(launch.pid)).to.equal(false);
    });
  });

  it('that ended in the meantime has left an exit record, which is kept and listed', async () => {
    const launch = await left();
    world.exit(launch, 6);
    await eventually(() => expect(world.list('exits')).to.include(launch.launchId));
    await eventually(() => expect(isAlive(shimOf(launch))).to.equal(false));
    const host = await next('kill');
    expect(host.orphans()).to.be.empty;
    expect(world.worries.map(({ fields }) => fields['launches'])).to.deep.equal([[launch.launchId]]);
    expect(world.list('exits')).to.deep.equal([launch.launchId]);
    expect(localLaunchBy(await host.launch(world.request(PUMP, 1))).generation).to.equal(4);
  });

  it('has used up its generation, even if only its output is left and the ledger knows an older one', async () => {
    const script = 'echo up; while [ ! -e go ]; do sleep 0.01; done';
    const launch = await left(kinds[0], { executablePath: '/bin/sh', args: ['-c', script] });
    writeFileSync(join(world.folder, 'go'), '');
    await eventually(() => expect(isAlive(shimOf(launch))).to.equal(false));
    const entry = world.ledger.entries.get(launch.launchId)!;
    const exit = { code: 0, signal: null, at: 1, isKnown: true };
    ledger.put({ ...entry, launchId: parseLaunchId('e'.repeat(32)), generation: 2, state: 'exited', exit });
    for (const path of [folderOf(launch), join(world.stateDir, 'exits', launch.launchId)])
      rmSync(path, { recursive: true });
    const host = await next('adopt');
    expect(host.status(PUMP)).to.include({ generation: 2 });
    expect(localLaunchBy(await host.launch(world.request(PUMP, 1))).generation).to.equal(4);
  });

  it('can no longer start if its launch had not been claimed', async () => {
    await left();
    const unclaimed = 'c'.repeat(32);
    mkdirSync(join(world.stateDir, 'run', unclaimed));
    const host = await next('adopt');
    expect(JSON.parse(readFileSync(join(world.stateDir, 'run', unclaimed, 'claim'), 'utf8'))).to.include({
      owner: 'revoked',
    });
    expect(host.orphans()).to.have.length(1);
  });

  function shimOf(launch: LocalLaunch): number {
    return (JSON.parse(readFileSync(join(folderOf(launch), 'claim'), 'utf8')) as { pid: number }).pid;
  }

  function interruptible(): Partial<LaunchRequest> {
    const script = 'trap "exit 42" INT; : >up; while :; do sleep 0.05; done';
    return { executablePath: '/bin/sh', args: ['-c', script] };
  }
});
