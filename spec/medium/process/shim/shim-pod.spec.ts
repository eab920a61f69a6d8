import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessExit } from '../../../../lib/model/process.ts';
import { exitIn, exitOf, parseFields, type ExitRecord } from '../../../../lib/launching/exit-record.ts';
import { failureOf } from '../../../../lib/launching/launch-failure.ts';
import {
  permitOf,
  podArguments,
  podCommandArguments,
  type PodCommand,
  type PodShim,
} from '../../../../lib/launching/shim-arguments.ts';
import { parseLaunchId } from '../../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../../lib/model/values/limits.ts';
import { eventually } from '../../../support/eventually.ts';
import { isAlive } from '../../../support/process/alive.ts';
import { isNativeShimBuilt, shimPath } from '../../../support/process/shim-driver.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const BINARY = shimPath('build/coredinator-shim');
const LAUNCH = parseLaunchId('a'.repeat(32));
const WRONG = {
  launchId: LAUNCH,
  permitFile: '/p',
  endFile: '/e',
  stopSignal: 15,
  graceMs: 1,
  cwd: null,
  limits: NO_LIMITS,
};
const CLOCK = { now: () => 0, random: () => 0 };

/** The command before a shim that makes it process 1, with a /proc of its own; the shim is killed with it. */
const AS_PROCESS_1 = ['unshare', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', '--'];

const hasNamespaces = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;

/** A container of a launch: what its shim is started with, and the record of its end. */
class Container {
  readonly folder = temporaryFolder();
  readonly endFile = join(this.folder, 'end');
  readonly #permitFile = join(this.folder, 'env');
  #permit: string | null = '';
  readonly #before: readonly string[];

  constructor(before: readonly string[] = []) {
    this.#before = before;
  }

  /** Null: there is no permit. */
  permit(content: string | null): this {
    this.#permit = content;
    return this;
  }

  words(script: string, more: Partial<PodShim> = {}): readonly [string, readonly string[]] {
    if (this.#permit !== null) writeFileSync(this.#permitFile, this.#permit);
    const { folder, endFile } = this;
    const stop = { stopSignal: 15, graceMs: 5_000 };
    const shim = { launchId: LAUNCH, permitFile: this.#permitFile, endFile, ...stop, cwd: folder, limits: NO_LIMITS };
    const all = [...this.#before, BINARY, ...podArguments({ ...shim, command: ['/bin/sh', '-c', script], ...more })];
    return [all[0]!, all.slice(1)];
  }

  run(script: string, more: Partial<PodShim> = {}): ReturnType<typeof spawnSync> {
    const [file, words] = this.words(script, more);
    return spawnSync(file, words, {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', OF_IMAGE: 'image', BOTH: 'image' },
    });
  }

  start(script: string, more: Partial<PodShim> = {}): ChildProcess {
    const [file, words] = this.words(script, more);
    return spawn(file, words, { stdio: 'ignore' });
  }

  end(): ExitRecord | null {
    return existsSync(this.endFile) ? exitIn(parseFields(readFileSync(this.endFile, 'utf8'))) : null;
  }

  /** What a script has written into a file, once it has. */
  said(name: string): Promise<string> {
    return eventually(() => {
      const text = readFileSync(join(this.folder, name), 'utf8');
      expect(text).to.match(/\n$/);
      return text.trim();
    });
  }
}

/** The pid of the shim, which is the child of what made its namespace. */
async function shimOf(child: ChildProcess, isProcess1: boolean): Promise<number> {
  if (!isProcess1) return child.pid!;
  return eventually(() => {
    const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
    expect(pid).to.be.greaterThan(0);
    return pid;
  });
}

for (const isProcess1 of [false, true]) {
  describe(`the shim of a container, as ${isProcess1 ? 'process 1' : 'a process among others'}`, function () {
    this.timeout(20_000); // real processes on a machine that may be busy

    let container: Container;

    beforeEach(function () {
      if (!isNativeShimBuilt() || (isProcess1 && !hasNamespaces)) this.skip();
      container = new Container(isProcess1 ? AS_PROCESS_1 : []);
    });

    /** Starts a program, and signals the shim as a runtime does once the program has said that it is ready. */
    async function stopped(
      script: string,
      more: Partial<PodShim> = {},
    ): Promise<readonly [number | null, ProcessExit]> {
      const child = container.start(`${script}; echo ready >ready; while :; do sleep 0.05; done`, more);
      await container.said('ready');
      const ended = once(child, 'exit') as Promise<[number | null]>;
      process.kill(await shimOf(child, isProcess1), 'SIGTERM');
      const [status] = await ended;
      return [status, exitOf(container.end(), CLOCK)];
    }

    it('says the code with which its program ended, and ends with the same', () => {
      for (const code of [0, 7, 143, 255]) {
        expect(container.run(`exit ${code}`)).to.include({ status: code });
        expect(container.end()).to.include({ code, signal: null, execErrno: 0, refusal: null });
      }
    });

    it('tells a signal from the code that stands for it', () => {
      expect(container.run('kill -KILL $$')).to.include({ status: 137 });
      expect(exitOf(container.end(), CLOCK)).to.include({ code: null, signal: 'SIGKILL', isKnown: true });
      expect(container.run('exit 137')).to.include({ status: 137 });
      expect(exitOf(container.end(), CLOCK)).to.include({ code: 137, signal: null });
    });

    it('says when it ended and what it used', () => {
      const before = Date.now();
      container.run('exit 0');
      const { endedAt, usage } = container.end()!;
      expect(endedAt).to.be.within(before - 1, Date.now() + 1);
      expect(usage!.maxRss).to.be.greaterThan(0);
    });

    it('gives the environment of the permit, which wins over that of the image', () => {
      container.permit(permitOf({ BOTH: 'permit', 'with.dot': 'a=b\nc', EMPTY: '' }));
      const { stdout } = container.run('', { command: ['/usr/bin/env', '-0'] });
      const all = String(stdout).split('\0');
      expect(all).to.include.members(['BOTH=permit', 'OF_IMAGE=image', 'with.dot=a=b\nc', 'EMPTY=']);
      expect(all.filter((variable) => variable.startsWith('BOTH='))).to.have.length(1);
    });

    it('runs nothing without a permit, or with one that is damaged', () => {
      const wrong = { missing: null, 'without an end': 'A=b', 'without a name': '=b\0', 'without a value': 'A\0' };
      for (const [what, permit] of Object.entries(wrong)) {
        expect(container.permit(permit).run('echo ran >ran'), what).to.include({ status: 127 });
        expect(existsSync(join(container.folder, 'ran')), what).to.equal(false);
        const errno = permit === null ? 2 : 22;
        expect(container.end(), what).to.deep.include({ execErrno: errno, refusal: { step: 'permit', errno } });
      }
      expect(failureOf('permit', 2, '/permit/env').message).to.equal(
        'The permit of the launch, a file with its environment, "/permit/env" cannot be used: no such file or directory (ENOENT).',
      );
    });

    it('says why its program could not be run', () => {
      const missing = join(container.folder, 'missing');
      writeFileSync(join(container.folder, 'text'), 'text');
      for (const [file, errno] of [
        [missing, 2],
        [join(container.folder, 'text'), 13],
      ] as const) {
        expect(container.run('', { command: [file] })).to.include({ status: 127 });
        expect(container.end()).to.deep.include({ execErrno: errno, refusal: { step: 'exec', errno } });
      }
      container.run('', { cwd: missing });
      expect(container.end()?.refusal).to.deep.equal({ step: 'cwd', errno: 2 });
    });

    it('sets limits, the working directory, and a session of its own with no signal blocked', () => {
      const limits = { ...NO_LIMITS, openFiles: 77, coreSizeBytes: 0 };
      const script = 'ulimit -n; ulimit -c; pwd; grep SigBlk /proc/self/status; cut -d" " -f6 /proc/$$/stat; echo $$';
      const { stdout } = container.run(script, { limits });
      const [files, core, cwd, blocked, session, pid] = String(stdout).trim().split('\n');
      expect([files, core, cwd]).to.deep.equal(['77', '0', container.folder]);
      expect(blocked).to.match(/^SigBlk:\s+0+$/);
      expect(session).to.equal(pid);
    });

    it('keeps the order of the two streams', () => {
      const { stdout, stderr } = container.run('for i in 1 2 3; do echo out $i; echo err $i >&2; done');
      expect(stdout).to.equal('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
      expect(stderr).to.equal('');
    });

    it('turns the signal of the runtime into that of the service', async () => {
      const [status, exit] = await stopped('trap "exit 9" INT; trap "" TERM', { stopSignal: 2 });
      expect([status, exit.code]).to.deep.equal([9, 9]);
    });

    it('ends a program that handles no signal', async () => {
      const [status, exit] = await stopped(':');
      expect([status, exit.signal]).to.deep.equal([143, 'SIGTERM']);
    });

    it('kills a program that does not obey after its grace, and not before', async () => {
      const from = performance.now();
      const [status, exit] = await stopped('trap "" TERM', { graceMs: 500 });
      expect([status, exit.signal]).to.deep.equal([137, 'SIGKILL']);
      expect(performance.now() - from).to.be.greaterThan(500);
    });

    it('ends what its program left behind, and has said its end before', async () => {
      const child = container.start(
        '(trap "echo asked >asked; exit" TERM; echo here >here; while :; do sleep 0.05; done) & wait',
        {
          graceMs: 500,
        },
      );
      await container.said('here');
      const shim = await shimOf(child, isProcess1);
      const [main] = readFileSync(`/proc/${shim}/task/${shim}/children`, 'utf8').trim().split(' ');
      const ended = once(child, 'exit');
      process.kill(Number(main), 'SIGKILL');
      await ended;
      expect(await container.said('asked')).to.equal('asked');
      expect(exitOf(container.end(), CLOCK)).to.include({ signal: 'SIGKILL' });
    });

    it('passes on what people send to process 1', async () => {
      const child = container.start('trap "echo again >again" HUP; echo ready >ready; while :; do sleep 0.05; done');
      await container.said('ready');
      const shim = await shimOf(child, isProcess1);
      process.kill(shim, 'SIGHUP');
      await container.said('again');
      process.kill(shim, 'SIGTERM');
      await once(child, 'exit');
    });
  });
}

describe('a command in the container of a program', function () {
  this.timeout(20_000);
  let folder: string;
  let permitFile: string;

  beforeEach(function () {
    if (!isNativeShimBuilt()) this.skip();
    folder = temporaryFolder();
    permitFile = join(folder, 'env');
    writeFileSync(permitFile, permitOf({ OF_PROGRAM: 'a b', BOTH: 'permit' }));
  });

  function run(command: readonly string[], more: Partial<PodCommand> = {}): ReturnType<typeof spawnSync> {
    const words = podCommandArguments({ limitMs: 10_000, permitFile, cwd: folder, command, ...more });
    return spawnSync(BINARY, words, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', BOTH: 'image' } });
  }

  it('has the environment and the directory of the program, and ends with its own code', () => {
    const script = `echo "$OF_PROGRAM $BOTH $PWD"; exit 7`;
    expect(run(['sh', '-c', script])).to.include({ status: 7, stdout: `a b permit ${folder}\n` });
  });

  it('is killed after its time, with all that it has started', async () => {
    const pids = join(folder, 'pids');
    const began = performance.now();
    const script = `sleep 1000 & echo $! >"${pids}"; wait`;
    expect(run(['sh', '-c', script], { limitMs: 300 })).to.include({ status: 124 });
    expect(performance.now() - began).to.be.lessThan(10_000);
    const pid = Number(readFileSync(pids, 'utf8'));
    await eventually(() => {
      expect(isAlive(pid)).to.equal(false);
    });
  });

  it('lives on if what asked for it ends, since that belongs to the runtime', async () => {
    const done = join(folder, 'done');
    const words = podCommandArguments({
      limitMs: 10_000,
      permitFile,
      cwd: folder,
      command: ['sh', '-c', `sleep 0.3; echo yes >"${done}"`],
    });
    const quoted = [BINARY, ...words].map((word) => `'${word}'`).join(' ');
    spawnSync('sh', ['-c', `${quoted} & sleep 0.1`], { stdio: 'ignore' });
    await eventually(() => {
      expect(existsSync(done)).to.equal(true);
    });
  });

  it('is not run without the permit, without its directory, or with wrong arguments', () => {
    expect(run(['true'], { permitFile: join(folder, 'missing') })).to.include({ status: 127 });
    const nowhere = run(['true'], { cwd: join(folder, 'nowhere') });
    expect(nowhere).to.include({ status: 127 });
    expect(nowhere.stderr).to.include('nowhere');
    expect(spawnSync(BINARY, ['exec', 'soon', permitFile, folder, 'true']).status).to.equal(64);
    expect(spawnSync(BINARY, ['exec', '10', permitFile, folder]).status).to.equal(64);
  });
});

describe('the shim of a container, asked for a signal', function () {
  this.timeout(20_000);

  it('sends it to the program from within the container', async function () {
    if (!isNativeShimBuilt() || !hasNamespaces) this.skip();
    const container = new Container(AS_PROCESS_1);
    const child = container.start('trap "echo got >got" USR2; echo ready >ready; while :; do sleep 0.05; done');
    await container.said('ready');
    const shim = await shimOf(child, true);
    const within = (...words: string[]): number | null =>
      spawnSync('nsenter', ['--pid', '--mount', `--target=${shim}`, BINARY, 'signal', ...words]).status;
    expect(within('12')).to.equal(0);
    await container.said('got');
    for (const wrong of [['0'], ['65'], ['TERM'], []]) expect(within(...wrong), wrong.join()).to.equal(64);
    expect(within('9')).to.be.oneOf([0, null]); // null: it ended with its container
    expect(await once(child, 'exit')).to.deep.equal([137, null]);
    expect(exitOf(container.end(), CLOCK)).to.include({ signal: 'SIGKILL' });
  });

  it('rejects wrong arguments', function () {
    if (!isNativeShimBuilt()) this.skip();
    const words = podArguments({ ...WRONG, command: ['/bin/true'] });
    expect(spawnSync(BINARY, words.slice(0, -1)).status, 'no program').to.equal(64);
    for (const [at, value] of [
      [1, 'launch'],
      [4, '65'],
      [5, 'soon'],
      [7, 'many'],
      [11, 'then'],
    ] as const)
      expect(spawnSync(BINARY, words.with(at, value)).status, value).to.equal(64);
  });
});
