import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { OwnShimKind } from '../../../lib/model/process.ts';
import type { OutputMode } from '../../../lib/model/spec.ts';
import { LOG_STREAMS, type LogStream } from '../../../lib/model/values/log-line.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary.ts';
import { writtenOutput } from './written-output.ts';

/** The kinds of shims. */
export type DrivenKind = OwnShimKind;

/** A report line or record: one flat JSON object. */
export type Record = Readonly<globalThis.Record<string, string | number | null>>;

export interface LaunchOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<globalThis.Record<string, string>>;
  readonly cwd?: string;
  readonly stopSignal?: number;
  readonly graceMs?: number;
  /** Open files, processes, core size, address space, as arguments of a shim; default: none. */
  readonly limits?: readonly [string, string, string, string];
  /** `UID:GID:GROUP,…` (native shim only); default: unchanged. */
  readonly account?: string;
  readonly service?: string;
  readonly launchId?: string;
  /** Where its output goes; default: a folder of its own, which is made. */
  readonly logFolder?: string;
  readonly generation?: number;
  /** The bound of its log (native shim only); default: 1 GiB. */
  readonly maxLogBytes?: number;
  /** Default: `separate`. */
  readonly output?: OutputMode;
}

/** The folder of the shims in the source tree. */
export function shimPath(name: string): string {
  return fileURLToPath(new URL(`../../../lib/process/shim/${name}`, import.meta.url));
}

/** A misbehaving child program. */
export function vice(name: string): string {
  return fileURLToPath(new URL(`../../programs/${name}`, import.meta.url));
}

/** A unique launch id. */
export function newLaunchId(): string {
  return randomBytes(16).toString('hex');
}

/** A length-prefixed frame of NUL-terminated strings. */
export function frameOf(strings: readonly string[]): Buffer {
  const body = Buffer.from(strings.map((text) => `${text}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body]);
}

function readRecord(path: string): Record | null {
  if (!existsSync(path)) return null;
  return JSON.parse(readFileSync(path, 'utf8')) as Record; // the specs check what is in it
}

/** Whether a process with this pid is running; a zombie is not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false; // gone
  }
}

/** One launch, observed through its files. */
export class DrivenLaunch {
  readonly id: string;
  readonly runDir: string;
  readonly logDir: string;
  readonly generation: number;
  readonly #state: string;

  constructor(id: string, state: string, log: { readonly folder: string; readonly generation: number }) {
    this.id = id;
    this.#state = state;
    this.runDir = join(state, 'run', id);
    this.logDir = log.folder;
    this.generation = log.generation;
  }

  get claim(): Record | null {
    return readRecord(join(this.runDir, 'claim'));
  }
  get pid(): Record | null {
    return readRecord(join(this.runDir, 'pid'));
  }
  get exit(): Record | null {
    return readRecord(join(this.#state, 'exits', this.id));
  }
  get stdout(): string {
    return writtenOutput(this.logDir, this.generation, 'stdout');
  }
  get stderr(): string {
    return writtenOutput(this.logDir, this.generation, 'stderr');
  }

  /** The file of a stream (all kinds but native). */
  fileOf(stream: LogStream): string {
    return join(this.logDir, `${this.generation}.${stream}`);
  }

  /** Resolves with the exit record once it exists. */
  exited(): Promise<Record> {
    return eventually(() => {
      if (this.exit === null) throw new Error(`no exit record of ${this.id}`);
      return this.exit;
    });
  }

  /** Resolves with the output once it contains the line `up`. */
  up(): Promise<string> {
    return eventually(() => {
      if (!/^up$/m.test(this.stdout)) throw new Error(`not up: ${this.stdout}`);
      return this.stdout;
    });
  }

  /** The pids that the program has printed: its members and itself. */
  members(): number[] {
    const printed = [...this.stdout.matchAll(/^member (\d+)$/gm)].map(([, pid]) => Number(pid));
    return [...printed, Number(this.pid?.['pid'])];
  }

  /** Writes to the shim's command pipe; false if no shim has it open. */
  command(text: string): boolean {
    let fd;
    try {
      fd = openSync(join(this.runDir, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENXIO' || error.code === 'ENOENT'))
        return false;
      throw error;
    }
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
    return true;
  }

  /** Resolves once the shim has exited. */
  shimGone(): Promise<void> {
    return eventually(() => {
      const shim = this.claim?.['pid'];
      if (typeof shim === 'number' && isRunning(shim)) throw new Error(`shim ${shim} runs`);
    });
  }
}

/** Creates launches with one kind of shim in a temporary state directory, and ends them all. */
export class ShimDriver {
  readonly kind: DrivenKind;
  readonly state = temporaryFolder();
  readonly reports: Record[] = [];
  readonly #launches: DrivenLaunch[] = [];
  readonly #binary: string;
  #launcher: ChildProcess | null = null;

  readonly #prelude: string;

  /** `prelude`: shell commands before exec of the launcher, or of the shim if there is no launcher. */
  constructor(kind: DrivenKind, binary = shimPath('build/coredinator-shim'), prelude = '') {
    this.kind = kind;
    this.#binary = binary;
    this.#prelude = prelude;
    for (const folder of ['run', 'exits', 'locks', 'logs']) mkdirSync(join(this.state, folder));
  }

  /** The launcher of the native shim, started on first use. */
  get launcher(): ChildProcess {
    if (this.#launcher === null) {
      const [command, ...args] = this.#prepared([this.#binary, 'launcher']);
      this.#launcher = spawn(command, args, {
        stdio: ['pipe', 'pipe', 'inherit'],
        detached: true,
        env: {},
      });
      this.#listen(this.#launcher.stdout);
    }
    return this.#launcher;
  }

  #prepared(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
    return this.#prelude === '' ? command : ['/bin/sh', '-c', `${this.#prelude}; exec "$0" "$@"`, ...command];
  }

  /** Creates the folder of a launch, like a host before it requests a shim. */
  prepare(options: LaunchOptions = {}): DrivenLaunch {
    const id = options.launchId ?? newLaunchId();
    const logDir = options.logFolder ?? join(this.state, 'logs', id);
    const launch = new DrivenLaunch(id, this.state, { folder: logDir, generation: options.generation ?? 1 });
    mkdirSync(launch.runDir, { recursive: true });
    if (options.logFolder === undefined) mkdirSync(logDir, { recursive: true });
    this.#launches.push(launch);
    return launch;
  }

  /** Requests a shim without waiting. */
  begin(launch: DrivenLaunch, program: string, options: LaunchOptions = {}): void {
    const argv = [program, ...(options.args ?? [])];
    const env = options.env ?? { PATH: process.env['PATH'] ?? '' };
    const cwd = options.cwd ?? this.state;
    const exits = join(this.state, 'exits');
    const limits = options.limits ?? ['', '', '', ''];
    if (this.kind === 'native') {
      const maxLogBytes = String(options.maxLogBytes ?? 1024 ** 3);
      const lock = join(this.state, 'locks', options.service ?? launch.id);
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const settings = [
        String(options.stopSignal ?? 15),
        String(options.graceMs ?? 5_000),
        ...limits,
        options.account ?? '',
      ];
      const places = [
        launch.id,
        launch.runDir,
        exits,
        lock,
        launch.logDir,
        String(launch.generation),
        maxLogBytes,
        options.output ?? 'separate',
        cwd,
      ];
      const counted = [String(argv.length), ...argv, String(variables.length), ...variables];
      (this.launcher.stdin as Writable).write(frameOf([...places, ...settings, ...counted])); // 'pipe' above
      return;
    }
    const logs = LOG_STREAMS.map((stream) => openSync(launch.fileOf(stream), 'a', 0o600));
    const words = [shimPath('shim.mjs'), launch.id, launch.runDir, exits, cwd, ...argv];
    const [file, ...args] = this.#prepared([process.execPath, ...words]);
    const shim = spawn(file, args, {
      detached: true,
      env,
      stdio: ['ignore', ...logs, 'pipe'],
    });
    for (const fd of logs) closeSync(fd);
    this.#listen(shim.stdio[3] as Readable); // 'pipe' above
  }

  /** Resolves with the report of a launch. */
  report(launch: DrivenLaunch): Promise<Record> {
    return eventually(() => {
      const report = this.reports.find((one) => one['launch'] === launch.id);
      if (report === undefined) throw new Error(`no report of ${launch.id}`);
      return report;
    });
  }

  /** Launches and waits for any report. */
  async launch(program: string, options: LaunchOptions = {}): Promise<{ launch: DrivenLaunch; report: Record }> {
    const launch = this.prepare(options);
    this.begin(launch, program, options);
    return { launch, report: await this.report(launch) };
  }

  /** Like {@link launch}, for a program in spec/programs that must start. */
  async up(name: string, options: LaunchOptions = {}): Promise<DrivenLaunch> {
    const { launch } = await this.launch(vice(name), options);
    await launch.up();
    return launch;
  }

  /** Ends the launcher and every tree; throws if something is left. */
  async close(): Promise<void> {
    if (this.#launcher !== null && this.#launcher.exitCode === null && this.#launcher.signalCode === null) {
      const exit = once(this.#launcher, 'exit');
      (this.#launcher.stdin as Writable).end(); // 'pipe' above
      await exit;
    }
    for (const launch of this.#launches) {
      if (this.kind === 'native') launch.command('stop 9 0\n');
      else for (const pid of existsSync(launch.runDir) ? launch.members() : []) killIfRunning(pid);
      await launch.shimGone();
    }
  }

  #listen(pipe: Readable | null): void {
    let rest = '';
    pipe?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.reports.push(...lines.map((line) => JSON.parse(line) as Record)); // the specs check what is in it
    });
  }
}

function killIfRunning(pid: number): void {
  if (Number.isInteger(pid) && isRunning(pid)) process.kill(pid, 'SIGKILL');
}

/** Builds the native shim if it is not up to date; false if it cannot be built. */
export function isNativeShimBuilt(): boolean {
  spawnSync(process.execPath, [fileURLToPath(new URL('../../../scripts/build-shim.js', import.meta.url))]);
  return existsSync(shimPath('build/coredinator-shim'));
}
