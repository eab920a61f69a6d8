import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, rmdirSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessExit } from '../../../lib/model/process.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LocalProcessHostOptions } from '../../../lib/process/local-process-host.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { recordText } from '../../../lib/process/files/record-text.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { isAlive } from '../../support/process/alive.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../support/process/local-launch.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const [PUMP, VALVE] = [parseServiceId('pump'), parseServiceId('valve')];
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;
const PATIENCE_MS = 5_000;

describe('the text of a record', () => {
  it('is refused beyond 64 KiB, and never waited for', function () {
    if (process.platform === 'win32') this.skip();
    const folder = temporaryFolder();
    const [big, pipe, directory] = ['big', 'pipe', 'directory'].map((name) => join(folder, name));
    writeFileSync(big!, '');
    truncateSync(big!, 3 * 1024 ** 3);
    execFileSync('mkfifo', [pipe!]);
    mkdirSync(directory!);
    expect(() => recordText(big!)).to.throw(/big" of a launch cannot be read \(EFBIG\).*larger than any record/);
    expect(() => recordText(pipe!)).to.throw(/\(EINVAL\).*remove it/);
    expect(() => recordText(directory!)).to.throw(/\(EISDIR\)/);
    expect(recordText(join(folder, 'none'))).to.equal(null);
    expect(recordText(join(big!, 'below a file'))).to.equal(null);
  });
});

describe('a host on launches with a record that cannot be read', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;
  let next: ProcessHost;
  let pump: LocalLaunch;
  let valve: LocalLaunch;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  beforeEach(async () => {
    world = new LocalProcessWorld(bestShimKind());
    const first = await world.open();
    pump = localLaunchBy(await first.launch(world.request(PUMP, 1)));
    valve = localLaunchBy(await first.launch(world.request(VALVE, 1)));
    await eventually(() => {
      for (const { launchId } of [pump, valve]) expect(world.ledger.entries.get(launchId)?.state).to.equal('running');
    });
    await world.close(first);
  });

  afterEach(() => world.dispose());

  const fileOf = (name: string): string =>
    name === 'exit' ? join(world.stateDir, 'exits', pump.launchId) : join(world.stateDir, 'run', pump.launchId, name);

  /** Puts a folder in the place of a record of the pump; its repair. */
  function spoil(name: string): () => void {
    const file = fileOf(name);
    renameSync(file, `${world.folder}/kept`);
    mkdirSync(file);
    return () => {
      rmdirSync(file);
      renameSync(`${world.folder}/kept`, file);
    };
  }

  async function survey(options: Partial<LocalProcessHostOptions> = {}): Promise<void> {
    next = await world.open(options);
    await next.survey();
    expect(next.status(VALVE)).to.include({ status: 'alive' }, 'the others are supervised');
  }

  for (const name of ['claim', 'pid', 'request']) {
    it(`supervises a process by what else is known when its ${name} is unreadable`, async () => {
      const repair = spoil(name);
      await survey();
      expect(next.live().find(({ serviceId }) => serviceId === PUMP)).to.include({ pid: pump.pid, generation: 1 });
      if (name !== 'pid') expect(next.problems().join()).to.include(fileOf(name)).and.to.include('EISDIR');
      const second = await next.launch(world.request(PUMP, 2));
      expect(second.type === 'refused' && second.failure.code).to.equal('EALIVE');
      repair();
      await eventually(() => expect(next.problems()).to.be.empty, PATIENCE_MS);
      const exit = new Promise<ProcessExit>((exited) => next.observe(pump.launchId, { exited }));
      world.exit(pump, 7);
      expect(await exit).to.include({ code: 7, isKnown: true });
    });
  }

  it('waits for an exit record of 3 GiB to be repaired, and then tells the exit', async () => {
    world.exit(pump, 7);
    await eventually(() => expect(world.list('exits')).to.include(pump.launchId));
    renameSync(fileOf('exit'), `${world.folder}/kept`);
    writeFileSync(fileOf('exit'), '');
    truncateSync(fileOf('exit'), 3 * 1024 ** 3);
    await survey();
    expect(next.problems().join()).to.include(fileOf('exit')).and.to.include('EFBIG');
    const second = await next.launch(world.request(PUMP, 2));
    expect(second.type === 'refused' && second.failure.code).to.equal('EALIVE');
    const exit = new Promise<ProcessExit>((exited) => next.observe(pump.launchId, { exited }));
    renameSync(`${world.folder}/kept`, fileOf('exit'));
    expect(await exit).to.include({ code: 7, isKnown: true });
    await eventually(() => expect(next.problems()).to.be.empty, PATIENCE_MS);
  });

  describe('of which the ledger knows only the intent', () => {
    beforeEach(() => {
      const entry = world.ledger.entries.get(pump.launchId)!;
      world.ledger.put({ ...entry, state: 'intent', pid: null, startTime: null });
    });

    it('launches nothing meanwhile, and gives the process to whoever launches once it is readable', async () => {
      const repair = spoil('claim');
      await survey();
      const request = world.request(PUMP, 2);
      const second = await next.launch(request);
      expect(second.type === 'refused' && second.failure).to.include({ code: 'EUNREADABLE', isPermanent: false });
      expect(second.type === 'refused' && second.generation, 'uses up no generation').to.equal(1);
      expect(second.type === 'refused' && second.failure.message).to.include('unknown whether the service is running');
      repair();
      await eventually(() => expect(next.problems()).to.be.empty, PATIENCE_MS);
      expect(localLaunchBy(await next.launch(request))).to.include({ pid: pump.pid, generation: 1 });
      expect(next.heldOrphans(), 'it is supervised').to.be.empty;
      const third = await next.launch(request);
      expect(third.type === 'refused' && third.failure.code).to.equal('EALIVE');
    });

    it('tells the end of a process that nobody has launched again before it was readable', async () => {
      const repair = spoil('claim');
      await survey();
      const request = world.request(PUMP, 2);
      expect(await next.launch(request)).to.include({ type: 'refused' });
      world.exit(pump, 7);
      await eventually(() => expect(world.list('exits')).to.include(pump.launchId));
      repair();
      await eventually(() => expect(next.problems()).to.be.empty, PATIENCE_MS);
      expect(localLaunchBy(await next.launch(request))).to.include({ pid: pump.pid, generation: 1 });
      const exit = new Promise<ProcessExit>((exited) => next.observe(pump.launchId, { exited }));
      expect(await exit).to.include({ code: 7, isKnown: true });
      expect(localLaunchBy(await next.launch(request))).to.include({ generation: 2 });
    });

    for (const orphans of ['report', 'kill'] as const) {
      it(`leaves it alone with --orphans ${orphans}, and ends it by a stop, since its tags tell whose it is`, async () => {
        const repair = spoil('claim');
        await survey({ orphans });
        expect(isAlive(pump.pid)).to.equal(true);
        expect(await next.stop(PUMP, STOP)).to.equal(null);
        expect(isAlive(pump.pid)).to.equal(false);
        repair();
        await eventually(() => expect(next.problems()).to.be.empty, PATIENCE_MS);
        expect(next.live().map(({ serviceId }) => serviceId)).to.deep.equal([VALVE]);
      });
    }
  });

  it('finds a launch that the ledger does not know by its tags', async () => {
    world.ledger.lose(pump.launchId);
    const repair = spoil('claim');
    await survey();
    expect(next.orphans().map(({ pid }) => pid)).to.deep.equal([pump.pid]);
    expect(next.problems().join()).to.include(fileOf('claim'));
    repair();
    await next.stop(PUMP, STOP);
    expect(isAlive(pump.pid)).to.equal(false);
    unlinkSync(fileOf('pid')); // nothing of it is left but its files
    rmSync(join(world.stateDir, 'run', pump.launchId), { recursive: true });
  });
});
