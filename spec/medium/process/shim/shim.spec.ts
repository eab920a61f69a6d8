import { expect } from 'chai';
import { chmodSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../support/eventually.ts';
import {
  isNativeShimBuilt,
  isRunning,
  newLaunchId,
  ShimDriver,
  vice,
  type DrivenKind,
  type Record,
} from '../../../support/process/shim-driver.ts';
import { mayEnlargePipes } from '../../../support/process/output-world.ts';

const { errno, signals } = constants;
const kinds: readonly DrivenKind[] = ['native', 'node'];

interface Printed {
  readonly args: readonly string[];
  readonly env: Readonly<globalThis.Record<string, string>>;
  readonly cwd: string;
}

for (const kind of kinds) {
  describe(`the ${kind} shim`, function () {
    this.timeout(20_000); // real processes on a machine that may be busy
    let driver: ShimDriver;

    before(function () {
      if (kind === 'native' && !isNativeShimBuilt()) this.skip();
    });
    beforeEach(() => {
      driver = new ShimDriver(kind);
    });
    afterEach(() => driver.close());

    for (const code of [0, 7, 126, 127, 255]) {
      it(`records exit code ${code}`, async () => {
        const { launch } = await driver.launch(vice('exits-with-code'), { args: [String(code)] });
        expect(await launch.exited()).to.include({ code, signal: null, exec_errno: 0 });
      });
    }

    for (const name of ['TERM', 'KILL', 'SEGV'] as const) {
      it(`records death by SIG${name}`, async () => {
        const { launch } = await driver.launch(vice('dies-by-signal'), { args: [name] });
        expect(await launch.exited()).to.include({ code: null, signal: signals[`SIG${name}`] });
      });
    }

    it('tells exit 143 from a death by SIGTERM', async () => {
      const { launch } = await driver.launch(vice('exits-with-code'), { args: ['143'] });
      expect(await launch.exited()).to.include({ code: 143, signal: null });
    });

    it('records what the process and those that it waited for have used', async function () {
      if (kind !== 'native') this.skip();
      const busy = 'x=$(head -c 50000000 /dev/zero | tr "\\0" x); i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done';
      const { launch } = await driver.launch('/bin/sh', { args: ['-c', busy] });
      const { max_rss, cpu_ms } = await launch.exited();
      expect(max_rss).to.be.within(50_000_000, 1_000_000_000);
      expect(cpu_ms).to.be.within(20, 60_000);
    });

    it('writes complete records that identify the launch and the process', async () => {
      const before = Date.now();
      const { launch, report } = await driver.launch(vice('waits'));
      await launch.up();
      const { pid, start, shim } = report;
      const { start: shimStart, output_buffer: buffer } = launch.claim ?? {};
      const own = { shim, shim_start: shimStart, ...(kind === 'native' ? { output_buffer: buffer } : {}) };
      expect(report).to.deep.equal({ launch: launch.id, event: 'launched', pid, start, ...own });
      expect(launch.pid).to.deep.equal({ launch: launch.id, pid, start });
      expect(start).to.equal(startOf(Number(pid)));
      expect(launch.claim).to.deep.equal({
        protocol: kind === 'native' ? 2 : 1,
        launch: launch.id,
        owner: 'shim',
        shim: kind,
        pid: shim,
        start: startOf(Number(shim)),
        boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
        ...(kind === 'native' ? { output_buffer: mayEnlargePipes() ? 1024 ** 2 : 65_536 } : {}),
      });
      expect(statSync(join(launch.runDir, 'claim')).mode & 0o777).to.equal(0o600);
      process.kill(Number(pid), 'SIGKILL');
      const exit = await launch.exited();
      const { end, max_rss, cpu_ms } = exit;
      const measured = kind === 'native' ? { max_rss, cpu_ms } : {};
      const output = kind === 'native' ? { output: '2026-11-27T10:00:00.123456789Z stdout F up\n'.length } : {};
      expect(exit).to.deep.equal({
        launch: launch.id,
        pid,
        code: null,
        signal: 9,
        core: 0,
        exec_errno: 0,
        ...measured,
        ...output,
        end,
      });
      expect(end).to.be.within(before - 1_000, Date.now());
      expect(readdirSync(launch.runDir).filter((name) => name.startsWith('.'))).to.deep.equal([]);
      expect(readdirSync(join(driver.state, 'exits'))).to.deep.equal([launch.id]);
    });

    it('passes arguments on byte for byte', async () => {
      const args = ['', ' ', '$HOME `id` $(id)', `'"\\`, 'two\nlines\n', '*', '-n', '--', 'žluťoučký 🐎', 'tab\there'];
      const { launch } = await driver.launch(vice('prints-arguments-and-environment'), { args });
      expect((await printed(launch)).args).to.deep.equal(args);
    });

    it('gives the program exactly its environment and working directory', async () => {
      const env = {
        PATH: process.env['PATH'] ?? '',
        EMPTY: '',
        QUOTED: `a "b" 'c' $d \\`,
        LINES: 'a\nb',
        launch: 'own',
        UTF: 'ř',
      };
      const cwd = realpathSync(driver.state);
      const { launch } = await driver.launch(vice('prints-arguments-and-environment'), { env, cwd });
      const seen = await printed(launch);
      expect(seen.env).to.deep.equal(env);
      expect(seen.cwd).to.equal(cwd);
    });

    it('keeps variables whose names are not shell identifiers', async () => {
      const env = { PATH: process.env['PATH'] ?? '', 'spring.datasource.url': 'jdbc:x', 'A-B': '1' };
      const { launch } = await driver.launch(vice('prints-arguments-and-environment'), { env });
      expect((await printed(launch)).env).to.include(env);
    });

    const broken: readonly (readonly [string, string, number])[] = [
      ['is missing', '/no/such/program', errno.ENOENT],
      ['is not executable', '', errno.EACCES],
      ['is a directory', '/tmp', errno.EACCES],
      ['has no interpreter', vice('has-no-interpreter'), errno.ENOENT],
      ...(kind === 'native' ? ([['has no known format', vice('has-no-format'), errno.ENOEXEC]] as const) : []),
    ];
    for (const [what, path, number] of broken) {
      it(`reports why a program that ${what} cannot run`, async () => {
        const file = join(driver.state, 'plain-file');
        writeFileSync(file, 'text');
        chmodSync(file, 0o644);
        const { launch, report } = await driver.launch(path || file);
        expect(report).to.deep.equal({ launch: launch.id, event: 'refused', step: 'exec', errno: number });
        expect(await launch.exited()).to.include({ code: 127, signal: null, exec_errno: number, step: 'exec' });
        await launch.shimGone();
      });
    }

    it('reports a missing working directory', async () => {
      const { launch, report } = await driver.launch(vice('waits'), { cwd: '/no/such/folder' });
      expect(report).to.include({ event: 'refused', step: 'cwd', errno: errno.ENOENT });
      expect(await launch.exited()).to.include({ code: 127, exec_errno: errno.ENOENT, step: 'cwd' });
    });

    it('starts nothing if the run folder is missing', async () => {
      const launch = driver.prepare();
      const other = newLaunchId();
      Object.assign(launch, { runDir: join(driver.state, 'run', other) });
      driver.begin(launch, vice('waits'));
      expect(await driver.report(launch)).to.include({ event: 'refused', step: 'dir', errno: errno.ENOENT });
    });

    it('survives a signal to its own group and records the end of the program', async () => {
      const { launch, report } = await driver.launch(vice('waits'));
      await launch.up();
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const)
        process.kill(-Number(report['shim']), signal);
      expect(isRunning(Number(report['shim']))).to.equal(true);
      expect(isRunning(Number(report['pid'])), 'the program has a session of its own').to.equal(true);
      process.kill(Number(report['pid']), 'SIGKILL');
      expect(await launch.exited()).to.include({ signal: 9 });
    });

    it('gives the program clean descriptors, signals, session and umask', async () => {
      const { launch, report } = await driver.launch(vice('prints-its-state'));
      await launch.exited();
      const lines = launch.stdout.trim().split('\n');
      const fds = lines.slice(lines.indexOf('descriptors') + 1).map(Number);
      // Descriptors that this process inherited without close-on-exec are closed only by the native shim. The shell that
      // prints them keeps its script open as 10.
      const passedOn = kind === 'native' ? [10] : [10, ...inheritedDescriptors()];
      expect(fds.filter((fd) => !passedOn.includes(fd))).to.deep.equal([0, 1, 2]);
      for (const set of ['SigBlk:', 'SigIgn:', 'SigPnd:', 'ShdPnd:'])
        expect(lines).to.include(`${set} 0000000000000000`);
      expect(lines).to.include(`session ${report['pid']}`).and.include(`pid ${report['pid']}`);
      expect(lines).to.include('stdin /dev/null');
      expect(valueOf(lines, 'umask')).to.equal(ownUmask());
      expect(valueOf(lines, 'oom')).to.equal(readFileSync('/proc/self/oom_score_adj', 'utf8').trim());
      if (kind === 'native')
        expect(valueOf(lines, 'soft')).to.equal(String(Math.min(1024, Number(valueOf(lines, 'hard')))));
    });

    it('appends the output to the log files and adds nothing', async () => {
      const { launch } = await driver.launch(vice('writes-numbered-lines'), { args: ['500'] });
      await launch.exited();
      expect(launch.stdout).to.equal(Array.from({ length: 500 }, (_, i) => `line ${i + 1}\n`).join(''));
      expect(launch.stderr).to.equal('done\n');
      const { launch: killed } = await driver.launch(vice('dies-by-signal'), { args: ['SEGV'] });
      await killed.exited();
      expect(killed.stdout + killed.stderr).to.equal('');
    });

    it('starts nothing after a revocation', async () => {
      const launch = driver.prepare();
      const revoked = JSON.stringify({ protocol: 1, launch: launch.id, owner: 'revoked' });
      writeFileSync(join(launch.runDir, 'claim'), revoked);
      driver.begin(launch, vice('waits'));
      expect(await driver.report(launch)).to.include({ event: 'refused', step: 'claim', errno: errno.EEXIST });
      expect(launch.pid).to.equal(null);
      expect(launch.exit).to.equal(null);
      expect(launch.claim).to.include({ owner: 'revoked' });
    });
  });
}

function startOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function inheritedDescriptors(): number[] {
  const isPassedOn = (fd: string): boolean => {
    try {
      const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
      return Number(fd) > 3 && (Number.parseInt(flags, 8) & 0o2000000) === 0;
    } catch {
      return false; // the descriptor of the listing itself
    }
  };
  return readdirSync('/proc/self/fd').filter(isPassedOn).map(Number);
}

/** Read without Node, whose function would change it briefly. */
function ownUmask(): string {
  return /^Umask:\s+(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
}

function valueOf(lines: readonly string[], name: string): string {
  return lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
}

function printed(launch: { exited(): Promise<Record>; readonly stdout: string }): Promise<Printed> {
  return eventually(async () => {
    await launch.exited();
    return JSON.parse(launch.stdout) as Printed; // printed by prints-arguments-and-environment
  });
}
