import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary.ts';
import { shimPath } from './shim-driver.ts';

export const STREAM_NAMES = ['stdout', 'stderr'] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/** One record of a log in the CRI format. */
export interface LogRecord {
  /** As written, with nine digits of the second. */
  readonly at: string;
  readonly stream: StreamName;
  /** F: the end of a line; P: more of it follows. */
  readonly tag: 'F' | 'P';
  readonly text: Buffer;
}

const HEAD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) (stdout|stderr) ([FP]) $/;
const HEAD_BYTES = 40;
const NEWLINE = 10;

/** The records in the bytes of a segment; throws if anything in it is not a whole record. */
export function recordsIn(bytes: Buffer): readonly LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = HEAD.exec(bytes.toString('latin1', at, at + HEAD_BYTES));
    const end = bytes.indexOf(NEWLINE, at + HEAD_BYTES);
    if (head === null || end === -1) throw new Error(`no record at ${at}: ${bytes.toString('latin1', at, at + 80)}`);
    const [, time = '', stream, tag] = head;
    const text = bytes.subarray(at + HEAD_BYTES, end);
    records.push({ at: time, stream: stream as StreamName, tag: tag as 'F' | 'P', text }); // by the expression
    at = end + 1;
  }
  return records;
}

/** Whether the limits of the kernel for pipes are not meant for this user (CAP_SYS_ADMIN, CAP_SYS_RESOURCE). */
export function mayEnlargePipes(): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const capabilities = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return ((capabilities >> 21n) & 1n) === 1n || ((capabilities >> 24n) & 1n) === 1n;
}

/** The segments of a launch, oldest first. */
export interface Segment {
  readonly start: number;
  readonly bytes: Buffer;
}

const GENERATION = 3;

/** Builds the shim with faults (see `fault` in output.h) in a folder. Throws if it cannot be built. */
export function buildShimWithFaults(folder: string): string {
  const file = join(folder, 'shim');
  const sources = readdirSync(shimPath('')).filter((name) => name.endsWith('.c'));
  const options = ['-std=gnu11', '-Os', '-DSHIM_WITH_FAULTS', '-o', file];
  const { status, stderr } = spawnSync(process.env['CC'] ?? 'cc', [...options, ...sources], {
    cwd: shimPath(''),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The shim with faults cannot be built: ${stderr}`);
  return file;
}

/** The output of one launch: its FIFOs, its log, and the reader between them, which can be killed and started again. */
export class OutputWorld {
  readonly runDir: string;
  readonly logDir: string;
  readonly #binary: string;
  readonly #maxBytes: number;
  #reader: ChildProcess | null = null;
  #ends: number[] = [];
  /** How often a reader was killed, by a spec or by a fault. */
  deaths = 0;

  constructor(binary: string, { maxBytes = 1024 ** 3, folder = temporaryFolder() } = {}) {
    this.#binary = binary;
    this.#maxBytes = maxBytes;
    this.runDir = join(folder, 'run');
    this.logDir = join(folder, 'logs');
    for (const path of [this.runDir, this.logDir]) mkdirSync(path, { recursive: true });
  }

  /** Starts a reader; resolves when it reads. `fault`: `NAME:COUNT`. */
  async read(fault?: string): Promise<ChildProcess> {
    const reader = this.readToo(fault);
    this.#reader = reader;
    // Like a host, so that what is in a pipe outlives both its reader and its writer.
    if (this.#ends.length === 0) {
      this.#ends = await eventually(() =>
        ['out', 'err'].map((name) => openSync(join(this.runDir, name), constants.O_RDONLY | constants.O_NONBLOCK)),
      );
    }
    return reader;
  }

  /** Starts another reader beside the first. */
  readToo(fault?: string): ChildProcess {
    const args = ['reader', this.runDir, this.logDir, String(GENERATION), String(this.#maxBytes)];
    const env = fault === undefined ? {} : { FAULT: fault };
    return spawn(this.#binary, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  }

  /** The pid of the newest reader. */
  get readerPid(): number {
    return this.#reader?.pid ?? -1;
  }

  /** Kills the reader, whatever it does at that moment. */
  async kill(): Promise<void> {
    const reader = this.#reader;
    if (reader === null || reader.exitCode !== null || reader.signalCode !== null) return;
    const exit = once(reader, 'exit');
    reader.kill('SIGKILL');
    await exit;
    this.deaths += 1;
  }

  /** Runs a shell command with the FIFOs as its output; resolves with its exit code or signal. */
  async write(script: string, ...args: readonly string[]): Promise<number | string> {
    const ends = ['out', 'err'].map((name) => openSync(join(this.runDir, name), constants.O_RDWR));
    const writer = spawn('/bin/sh', ['-c', script, 'sh', ...args], { stdio: ['ignore', ...ends] });
    for (const end of ends) closeSync(end);
    const [code, signal] = (await once(writer, 'exit')) as [number | null, string | null]; // its documented arguments
    return signal ?? code ?? -1;
  }

  /** Starts the reader again if it was killed by a fault; resolves after a moment. */
  async revived(fault: string): Promise<void> {
    await pause(1);
    if (this.#reader?.signalCode !== 'SIGKILL') return;
    this.deaths += 1;
    await this.read(fault);
  }

  /** Resolves when the reader has ended, since nobody can write any more; it is started again as often as it is killed. */
  async ended(fault?: string): Promise<void> {
    for (;;) {
      const reader = this.#reader;
      if (reader === null) return;
      if (reader.exitCode === null && reader.signalCode === null) await once(reader, 'exit');
      if (reader.signalCode !== 'SIGKILL') {
        if (reader.exitCode !== 0) throw new Error(`The reader ended with ${String(reader.exitCode)}.`);
        return;
      }
      this.deaths += 1;
      await this.read(fault);
    }
  }

  get segments(): readonly Segment[] {
    if (!existsSync(this.logDir)) return [];
    const names = readdirSync(this.logDir).filter((name) => /^3\.\d{15}\.log$/.test(name));
    return names
      .sort()
      .map((name) => ({ start: Number(name.split('.')[1]), bytes: readFileSync(join(this.logDir, name)) }));
  }

  get records(): readonly LogRecord[] {
    return this.segments.flatMap(({ bytes }) => recordsIn(bytes));
  }

  /** What the records say was written to a stream. */
  outputOf(stream: StreamName): Buffer {
    const own = this.records.filter((record) => record.stream === stream);
    return Buffer.concat(own.flatMap(({ tag, text }) => (tag === 'F' ? [text, Buffer.from('\n')] : [text])));
  }

  /** `TAG text` of each record of a stream. */
  textsOf(stream: StreamName): readonly string[] {
    return this.records.filter((one) => one.stream === stream).map(({ tag, text }) => `${tag} ${text.toString()}`);
  }

  /** The lines of the file of gaps. */
  get gaps(): readonly unknown[] {
    const file = join(this.logDir, '3.gaps');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.map((line) => JSON.parse(line) as unknown);
  }

  async close(): Promise<void> {
    await this.kill();
    for (const end of this.#ends.splice(0)) closeSync(end);
  }
}
