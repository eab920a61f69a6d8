import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { openSync, readSync, closeSync, constants as files, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../support/eventually.ts';
import { isNativeShimBuilt, isRunning, ShimDriver, shimPath, vice } from '../../../support/process/shim-driver.ts';

const { errno, signals } = constants;

function gone(pids: readonly number[]): Promise<void> {
  return eventually(() => {
    expect(pids.filter(isRunning)).to.deep.equal([]);
  });
}

/** The same sources on a kernel without CONFIG_PROC_CHILDREN. */
function buildWithoutChildrenFiles(folder: string): string {
  const binary = join(folder, 'shim-by-scan');
  const sources = readdirSync(shimPath('')).filter((name) => name.endsWith('.c'));
  const words = ['-std=gnu11', '-Os', '-DSHIM_WITHOUT_CHILDREN_FILES', '-o', binary, ...sources];
  const { status, stderr } = spawnSync('cc', words, { cwd: shimPath(''), encoding: 'utf8' });
  expect(status, stderr).to.equal(0);
  return binary;
}

const walks = [
  ['by children files', () => shimPath('build/coredinator-shim')],
  ['by a scan of all processes', buildWithoutChildrenFiles],
] as const;

for (const [how, binaryIn] of walks) {
  describe(`a tree held by the native shim, found ${how}`, function () {
    this.timeout(20_000); // real processes on a machine that may be busy
    let driver: ShimDriver;
    let folder = ''; // outlives a single test, unlike temporaryFolder()
    let binary: string;

    before(function () {
      if (!isNativeShimBuilt()) this.skip();
      folder = mkdtempSync(join(tmpdir(), 'coredinator-shim-'));
      binary = binaryIn(folder);
    });
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(() => {
      driver = new ShimDriver('native', binary);
    });
    afterEach(() => driver.close());

    for (const [what, name, count] of [
      ['a grandchild in another session', 'has-setsid-grandchild', 3],
      ['daemons that forked twice, one without an environment', 'has-daemons', 3],
    ] as const) {
      it(`ends on stop with ${what}`, async () => {
        const launch = await driver.up(name);
        const members = launch.members();
        expect(members.filter(isRunning)).to.have.length(count);
        launch.command('stop 15 60000\n');
        await gone(members);
        await launch.shimGone();
        expect(launch.exit).to.include({ code: null, signal: signals.SIGTERM });
      });
    }

    it('is killed after the grace if it ignores the signal', async () => {
      const launch = await driver.up('ignores-sigterm');
      const members = launch.members();
      const began = performance.now();
      launch.command('stop 15 150\n');
      await gone(members);
      expect(performance.now() - began).to.be.within(140, 3_000);
      await launch.shimGone();
      expect(launch.exit).to.include({ code: null, signal: signals.SIGKILL });
    });

    it('ends even if it forks faster than it can be listed', async () => {
      for (let tree = 0; tree < 6; tree++) {
        const launch = await driver.up('keeps-forking');
        launch.command('stop 15 0\n');
        await launch.shimGone();
        expect(launch.exit).to.include({ code: null });
      }
    });

    it('loses what its main process left behind, finally by SIGKILL', async () => {
      const options = { args: ['3', 'ignoring'], graceMs: 100 };
      const { launch } = await driver.launch(vice('leaves-a-daemon'), options);
      expect(await launch.exited()).to.include({ code: 3, signal: null });
      await gone(launch.members());
      await launch.shimGone();
    });
  });
}

describe('a tree held by the native shim', function () {
  this.timeout(20_000); // real processes on a machine that may be busy
  let driver: ShimDriver;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });
  beforeEach(() => {
    driver = new ShimDriver('native');
  });
  afterEach(() => driver.close());

  it('gets the stop signal of its launch when its main process has ended', async () => {
    const { launch } = await driver.launch(vice('leaves-a-daemon'), { args: ['0'], graceMs: 60_000 });
    await launch.exited();
    await gone(launch.members().slice(0, 1));
    await launch.shimGone();
  });

  it('has its exit on record while descendants are still alive', async () => {
    const options = { args: ['5', 'ignoring'], graceMs: 60_000 };
    const { launch } = await driver.launch(vice('leaves-a-daemon'), options);
    expect(await launch.exited()).to.include({ code: 5 });
    expect(launch.members().filter(isRunning)).to.have.length(1);
    expect(launch.command('sig 9\n'), 'the shim stays').to.equal(true);
    launch.command('stop 15 100\n');
    await launch.shimGone();
    expect(launch.members().filter(isRunning)).to.have.length(0);
  });

  it('gets a shorter grace from a second stop', async () => {
    const launch = await driver.up('ignores-sigterm');
    launch.command('stop 15 60000\n');
    launch.command('stop 15 50\n');
    await launch.shimGone();
    expect(launch.exit).to.include({ signal: signals.SIGKILL });
  });

  it('gets no longer grace from a second stop', async () => {
    const launch = await driver.up('ignores-sigterm');
    launch.command('stop 15 50\nstop 15 60000\n');
    await launch.shimGone();
    expect(launch.exit).to.include({ signal: signals.SIGKILL });
  });

  it('ends on the signal even if it was stopped', async () => {
    const { launch, report } = await driver.launch(vice('stops-itself'));
    await launch.up();
    await eventually(() => {
      expect(spawnSync('ps', ['-o', 'stat=', '-p', String(report['pid'])], { encoding: 'utf8' }).stdout).to.match(/^T/);
    });
    launch.command('stop 15 60000\n');
    await launch.shimGone();
    expect(launch.exit).to.include({ code: null, signal: signals.SIGTERM });
  });

  it('records exit 143 as an exit', async () => {
    const launch = await driver.up('turns-sigterm-into-exit-143');
    launch.command('sig 15\n');
    expect(await launch.exited()).to.include({ code: 143, signal: null });
  });

  it('understands commands in pieces and ignores invalid ones', async () => {
    const launch = await driver.up('waits');
    launch.command(
      `${'x'.repeat(300)}\nsig\nsig 0\nsig 65\nsig -9\nsig 9x\nstop 9\nstop 9 \nsig 99999999999999999999\nsi`,
    );
    expect(isRunning(Number(launch.pid?.['pid']))).to.equal(true);
    launch.command('g 1');
    launch.command('0\n');
    expect(await launch.exited()).to.include({ signal: signals.SIGUSR1 });
  });

  it('signals its end as end of file on the pipe "alive"', async () => {
    const launch = await driver.up('waits');
    const alive = openSync(join(launch.runDir, 'alive'), files.O_RDONLY | files.O_NONBLOCK);
    const read = (): number => readSync(alive, Buffer.alloc(1), 0, 1, null);
    expect(read).to.throw(/EAGAIN/);
    launch.command('stop 9 0\n');
    await eventually(() => {
      expect(read()).to.equal(0);
    });
    closeSync(alive);
    expect(launch.command('sig 1\n')).to.equal(false);
  });

  it('is refused while another tree of the same service is alive', async () => {
    const first = await driver.up('waits', { service: 'pump' });
    const { launch, report } = await driver.launch(vice('waits'), { service: 'pump' });
    expect(report).to.include({ event: 'refused', step: 'lock', errno: errno.EAGAIN });
    expect(launch.claim).to.equal(null);
    expect(isRunning(Number(first.pid?.['pid']))).to.equal(true);
  });

  it('starts as soon as its predecessor has ended', async () => {
    const first = await driver.up('waits', { service: 'pump' });
    const second = driver.prepare();
    driver.begin(second, vice('waits'), { service: 'pump' });
    first.command('stop 15 1000\n');
    expect(await driver.report(second)).to.include({ event: 'launched' });
    expect(first.exit).to.include({ signal: signals.SIGTERM });
  });
});
