import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../support/eventually.ts';
import {
  frameOf,
  isNativeShimBuilt,
  isRunning,
  newLaunchId,
  ShimDriver,
  shimPath,
  vice,
} from '../../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const { errno, signals } = constants;
const binary = shimPath('build/coredinator-shim');

/** Sends bytes to a new launcher, ends its input, and resolves with the result. */
async function fed(bytes: Buffer): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child: ChildProcessWithoutNullStreams = spawn(binary, ['launcher'], { detached: true });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  child.stdin.on('error', () => undefined); // it may exit before it has read everything
  child.stdin.end(bytes);
  const [code] = (await once(child, 'close')) as [number | null]; // the signature of 'close'
  return { code, stdout, stderr };
}

describe('the launcher', function () {
  this.timeout(20_000); // real processes on a machine that may be busy
  let driver: ShimDriver;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });
  beforeEach(() => {
    driver = new ShimDriver('native');
  });
  afterEach(() => driver.close());

  it('exits at the end of its input, and its shims stay alive', async () => {
    const launch = await driver.up('waits');
    const exit = once(driver.launcher, 'exit');
    driver.launcher.stdin?.end();
    expect((await exit)[0]).to.equal(0);
    expect(isRunning(Number(launch.pid?.['pid']))).to.equal(true);
    launch.command('sig 15\n');
    expect(await launch.exited()).to.include({ signal: signals.SIGTERM });
  });

  it('leaves its shims alive when its process group is killed', async () => {
    const launch = await driver.up('has-daemons');
    const exit = once(driver.launcher, 'exit');
    process.kill(-Number(driver.launcher.pid), 'SIGKILL');
    await exit;
    const members = launch.members();
    expect(members.filter(isRunning)).to.have.length(3);
    expect(launch.command('stop 15 60000\n')).to.equal(true);
    await eventually(() => {
      expect(members.filter(isRunning)).to.deep.equal([]);
    });
    expect(await launch.exited()).to.include({ signal: signals.SIGTERM });
  });

  it('leaves none of its pipes open in its shims', async () => {
    const launch = await driver.up('waits');
    const shim = String(launch.claim?.['pid']);
    const closed = once(driver.launcher, 'close'); // only once nothing holds its output open
    process.kill(Number(driver.launcher.pid), 'SIGKILL');
    await closed;
    expect(isRunning(Number(shim))).to.equal(true);
    expect(spawnSync('readlink', [`/proc/${shim}/cwd`], { encoding: 'utf8' }).stdout.trim()).to.equal('/');
  });

  it('continues a stop if nothing reads its reports any more', async () => {
    const launch = await driver.up('ignores-sigterm');
    driver.launcher.stdout?.destroy();
    const second = driver.prepare();
    driver.begin(second, vice('waits'));
    await second.up();
    launch.command('stop 15 50\n');
    process.kill(Number(driver.launcher.pid), 'SIGKILL');
    expect(await launch.exited()).to.include({ signal: signals.SIGKILL });
    await launch.shimGone();
    expect(isRunning(Number(second.pid?.['pid']))).to.equal(true);
  });

  it('reads frames in pieces and several at once', async () => {
    const launches = Array.from({ length: 20 }, () => driver.prepare());
    const frames = launches.map(({ id, runDir, logDir }) =>
      frameOf([
        ...[id, runDir, join(driver.state, 'exits'), join(driver.state, 'locks', id)],
        ...[
          logDir,
          '1',
          '1000000',
          'separate',
          '/',
          '15',
          '5000',
          '',
          '',
          '',
          '',
          '',
          '2',
          vice('exits-with-code'),
          '4',
          '0',
        ],
      ]),
    );
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; at += 97) {
      driver.launcher.stdin?.write(bytes.subarray(at, at + 97));
      await new Promise(setImmediate);
    }
    for (const launch of launches) expect(await launch.exited()).to.include({ code: 4 });
  });

  it('passes on arguments of a megabyte', async () => {
    const args = Array.from({ length: 10 }, (_, i) => String(i).repeat(100_000));
    const { launch } = await driver.launch(vice('prints-arguments-and-environment'), { args });
    await launch.exited();
    expect((JSON.parse(launch.stdout) as { args: string[] }).args).to.deep.equal(args); // printed by the program
  });

  for (const [what, bytes] of [
    ['a length of more than 4 MiB', Buffer.from([0xff, 0xff, 0xff, 0x7f])],
    ['a length of 0', Buffer.alloc(4)],
    ['an end within a frame', Buffer.from([10, 0, 0, 0, 65])],
    ['an end within a length', Buffer.from([10, 0])],
  ] as const) {
    it(`gives up with a message on ${what}`, async () => {
      const { code, stderr } = await fed(bytes);
      expect(code).to.equal(65);
      expect(stderr).to.match(/^coredinator-shim: .*frame.*\n$/);
    });
  }

  const id = newLaunchId();
  const places = [id, '/r', '/e', '/l', '/o', '1', '1000000'];
  const start = [...places, 'separate', '/'];
  for (const [what, strings] of [
    ['without a program', [...start, '15', '1', '', '', '', '', '', '0', '0']],
    ['that ends early', [id, '/r', '/e']],
    ['with more arguments announced than there are', [...start, '15', '1', '', '', '', '', '', '9', '/bin/true', '0']],
    ['with an absurd count', [...start, '15', '1', '', '', '', '', '', '999999999999', '/bin/true', '0']],
    ['with something behind its end', [...start, '15', '1', '', '', '', '', '', '1', '/bin/true', '0', 'x']],
    ['with a signal that is none', [...start, 'TERM', '1', '', '', '', '', '', '1', '/bin/true', '0']],
    ['with a limit that is none', [...start, '15', '1', '', 'many', '', '', '', '1', '/bin/true', '0']],
    ...['0', '0:0', '0:0:', 'a:0:0', '0:0:0,', '0:0:x', '-1:0:0', '4294967295:0:0', '0:0:0:0', ' 0:0:0'].map(
      (account) =>
        [
          `with the account ${JSON.stringify(account)}`,
          [...start, '15', '1', '', '', '', '', account, '1', '/bin/true', '0'],
        ] as const,
    ),
    ['with an output that is none', [...places, '1', '/', '15', '1', '', '', '', '', '', '1', '/bin/true', '0']],
    ['without limits', [...start, '15', '1', '1', '/bin/true', '0']],
  ] as const) {
    it(`refuses a frame ${what} and continues reading`, async () => {
      driver.launcher.stdin?.write(frameOf(strings));
      await eventually(() => {
        expect(driver.reports).to.deep.include({ launch: id, event: 'refused', step: 'frame', errno: errno.EINVAL });
      });
      expect((await driver.launch(vice('waits'))).report).to.include({ event: 'launched' });
    });
  }

  it('ignores a frame without a launch id', async () => {
    const bytes = Buffer.concat([frameOf(['../../etc']), frameOf([`${'a'.repeat(32)}/..`]), frameOf(['A'.repeat(32)])]);
    const { code, stdout, stderr } = await fed(bytes);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
    expect(stderr.trim().split('\n')).to.have.length(3);
  });

  it('reports that the log folder cannot be opened, and claims nothing', async () => {
    const { launch, report } = await driver.launch(vice('waits'), { logFolder: join(driver.state, 'none') });
    expect(report).to.include({ event: 'refused', step: 'log', errno: errno.ENOENT });
    expect([launch.claim, launch.exit]).to.deep.equal([null, null]);
  });

  it('needs less than 100 KiB of private memory per shim', async () => {
    const launches = await Promise.all(Array.from({ length: 10 }, () => driver.up('waits')));
    for (const launch of launches) {
      // What it needed for output is given back a second after the last one.
      await eventually(() => {
        const rollup = readFileSync(`/proc/${String(launch.claim?.['pid'])}/smaps_rollup`, 'utf8');
        expect(Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1])).to.be.below(100);
      }, 5_000);
    }
  });
});

describe('the native shim as a tool', function () {
  this.timeout(20_000); // real processes on a machine that may be busy
  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  it('prints its protocol version', () => {
    expect(spawnSync(binary, ['version'], { encoding: 'utf8' })).to.include({ status: 0, stdout: '{"protocol":2}\n' });
  });

  it('frees the beginning of a file and leaves its size and the rest unchanged', function () {
    const file = join(temporaryFolder(), 'log');
    const mib = 1 << 20;
    writeFileSync(file, Buffer.concat([Buffer.alloc(mib, 'a'), Buffer.alloc(mib, 'b')]));
    const { status } = spawnSync(binary, ['punch', file, String(mib)]);
    if (status === 95) this.skip(); // not supported by this file system
    expect(status).to.equal(0);
    expect(statSync(file).size).to.equal(2 * mib);
    expect(statSync(file).blocks * 512).to.be.below(1.5 * mib);
    expect(readFileSync(file).subarray(mib).equals(Buffer.alloc(mib, 'b'))).to.equal(true);
  });

  it('rejects a file that cannot be opened and unknown arguments', () => {
    expect(spawnSync(binary, ['punch', '/no/such/file', '1']).status).to.equal(1);
    for (const words of [[], ['punch', '/dev/null'], ['punch', '/dev/null', '-1'], ['start']]) {
      expect(spawnSync(binary, words).status, words.join(' ')).to.equal(64);
    }
  });

  it('is built once, and replaced only by a complete build', () => {
    const folder = join(temporaryFolder(), 'build');
    mkdirSync(folder);
    const build = (env: Readonly<Record<string, string>> = {}): string =>
      spawnSync(process.execPath, [shimPath('../../../scripts/build-shim.js')], {
        encoding: 'utf8',
        env: { ...process.env, SHIM_BUILD_DIR: folder, ...env },
      }).stdout;
    expect(build({ CC: 'cc' })).to.match(/^coredinator: built the native shim \(.+\)\.\n$/);
    const { ino } = statSync(join(folder, 'coredinator-shim'));
    expect(build()).to.equal('');
    expect(statSync(join(folder, 'coredinator-shim')).ino).to.equal(ino);
    writeFileSync(join(folder, 'source-hash'), 'another');
    expect(build({ CC: 'no-such-compiler' })).to.match(
      /was not built \(no-such-compiler is not installed\).*Node shim.*\n$/,
    );
    expect(readdirSync(folder)).to.deep.equal([]);
  });
});
