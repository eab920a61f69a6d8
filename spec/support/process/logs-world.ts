import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  openServiceLogs,
  type LocalServiceLogs,
  type LocalServiceLogsOptions,
} from '../../../lib/logs/local-service-logs.ts';
import type { LaunchStatus } from '../../../lib/model/process.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import {
  LOG_STREAMS,
  type LogItem,
  type LogLine,
  type LogStart,
  type LogStream,
} from '../../../lib/model/values/log-line.ts';
import { bestShimKind, punchCommandOf } from '../../../lib/process/launch/shim-kind.ts';
import { recordingLog } from '../control/control-world.ts';
import { temporaryFolder } from '../temporary.ts';

export const SERVICE = parseServiceId('pump1-corerl');
/** A limit that no spec reaches by accident. */
export const AMPLE = { maxBytes: 1024 ** 3, keep: 100, kept: [] as readonly number[] };

/** The output files of one service, written by the spec or by a real child process, and the logs opened on them. */
export class LogsWorld {
  readonly stateDir = temporaryFolder();
  readonly folder = join(this.stateDir, 'logs', SERVICE);
  readonly log = recordingLog();
  /** The newest launch, for the process host. */
  status: LaunchStatus | null = null;
  bound = AMPLE;
  totalBytes = Infinity;
  #opened: LocalServiceLogs | null = null;

  constructor() {
    mkdirSync(this.folder, { recursive: true });
  }

  /** Opens the logs, like a starting host. */
  async open(options: Partial<LocalServiceLogsOptions> = {}): Promise<LocalServiceLogs> {
    const { stateDir, log } = this;
    const punchCommand = punchCommandOf(bestShimKind());
    this.#opened = await openServiceLogs({ stateDir, log, status: () => this.status, punchCommand, ...options });
    this.#opened.keepBounded(() => {
      const services = [{ serviceId: SERVICE, generation: this.newest(), isLaunched: true, ...this.bound }];
      return { services, totalBytes: this.totalBytes };
    });
    return this.#opened;
  }

  get logs(): LocalServiceLogs {
    if (this.#opened === null) throw new Error('The logs are not open.');
    return this.#opened;
  }

  newest(): number {
    return Math.max(0, ...readdirSync(this.folder).map((name) => Number.parseInt(name, 10)));
  }

  file(generation: number, stream: LogStream = 'stdout'): string {
    return join(this.folder, `${generation}.${stream}`);
  }

  write(generation: number, text: string | Buffer, stream: LogStream = 'stdout'): void {
    appendFileSync(this.file(generation, stream), text);
  }

  ended(generation: number): void {
    const exit = { code: 0, signal: null, at: 0, isKnown: true };
    this.status = { status: 'exited', generation, launchId: parseLaunchId('a'.repeat(32)), exit };
  }

  /** Runs a shell script whose output goes to the files of a launch, as under a shim. */
  child(generation: number, script: string): ChildProcess {
    const fds = LOG_STREAMS.map((stream) => openSync(this.file(generation, stream), 'a', 0o600));
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', ...fds] });
    for (const fd of fds) closeSync(fd);
    return child;
  }

  /**
   * Runs a child that writes the numbers from `from` to `to`, one write each, as fast as it can; resolves once it has
   * ended.
   */
  async count(generation: number, from: number, to: number): Promise<void> {
    const program = `BEGIN { for (i = ${from}; i <= ${to}; i++) { print "line " i; fflush() } }`;
    await once(this.child(generation, `exec awk '${program}'`), 'exit');
  }

  /** Bytes on disk, not counting holes. */
  diskUse(): number {
    return readdirSync(this.folder).reduce((sum, name) => sum + statSync(join(this.folder, name)).blocks * 512, 0);
  }

  /** All readable output. */
  async all(start: LogStart = { type: 'oldest' }, streams: readonly LogStream[] = LOG_STREAMS): Promise<LogItem[]> {
    const items: LogItem[] = [];
    for await (const batch of this.logs.read({ serviceId: SERVICE, streams, start })) items.push(...batch);
    return items;
  }

  async texts(start?: LogStart, streams?: readonly LogStream[]): Promise<string[]> {
    return (await this.all(start, streams)).map((item) => (item.type === 'line' ? item.text : 'GAP'));
  }

  async close(): Promise<void> {
    await this.#opened?.close();
    this.#opened = null;
  }
}

/** A follower in the background, and what it has received so far. */
export class Follower {
  readonly items: LogItem[] = [];
  readonly #end = new AbortController();
  readonly done: Promise<void>;

  constructor(logs: LocalServiceLogs, start: LogStart, streams: readonly LogStream[] = LOG_STREAMS) {
    this.done = this.#run(logs, start, streams);
  }

  async #run(logs: LocalServiceLogs, start: LogStart, streams: readonly LogStream[]): Promise<void> {
    for await (const batch of logs.follow({ serviceId: SERVICE, streams, start }, this.#end.signal)) {
      this.items.push(...batch);
    }
  }

  get lines(): readonly LogLine[] {
    return this.items.filter((item) => item.type === 'line');
  }

  get texts(): readonly string[] {
    return this.items.map((item) => (item.type === 'line' ? item.text : 'GAP'));
  }

  /** With lines whole that came in parts, because their writer was not scheduled for a while. */
  get wholeTexts(): readonly string[] {
    const texts: string[] = [];
    for (const item of this.items) {
      if (item.type === 'line' && item.continues === true) texts.push(`${texts.pop() ?? ''}${item.text}`);
      else texts.push(item.type === 'line' ? item.text : 'GAP');
    }
    return texts;
  }

  /** Where it would have to continue. */
  get position(): string {
    return this.items.at(-1)?.position ?? '';
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.done;
  }
}
