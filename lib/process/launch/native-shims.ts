import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Log } from '../../ports/log.ts';
import { limitArguments } from '../../launching/shim-arguments.ts';
import { Lines } from '../os/lines.ts';
import { parseReport, REPORT_MS, type Report, type ShimRequest, type Shims } from './shims.ts';

const { errno } = constants;
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** A little longer than a shim waits for the lock of its service. */
const CLOSE_MS = 3_000;

/** The request as a frame for the launcher (docs/launch-protocol.md). */
export function frameOf(shimRequest: ShimRequest): Buffer {
  const variables = Object.entries(shimRequest.env).map(([name, value]) => `${name}=${value}`);
  const strings = [
    shimRequest.launchId,
    shimRequest.runFolder,
    shimRequest.exitsFolder,
    shimRequest.lockFile,
    shimRequest.logFolder,
    String(shimRequest.generation),
    String(shimRequest.maxLogBytes),
    shimRequest.output,
    shimRequest.cwd,
    String(shimRequest.stopSignal),
    String(shimRequest.graceMs),
    ...limitArguments(shimRequest.limits),
    shimRequest.account,
    String(shimRequest.command.length),
    ...shimRequest.command,
    String(variables.length),
    ...variables,
  ];
  const body = Buffer.from(`${strings.join('\0')}\0`);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
}

interface Waiting {
  readonly settle: (report: Report) => void;
  readonly timer: NodeJS.Timeout;
}

/** One launcher process. */
class Launcher {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #reportMs: number;
  readonly #ended: Promise<void>;
  #notifyEnded: () => void = () => undefined;
  #lastReportAt = 0;
  isOver = false;

  constructor(binary: string, log: Log, reportMs: number) {
    this.#reportMs = reportMs;
    this.#ended = new Promise((resolve) => (this.#notifyEnded = resolve));
    // In its own session: a signal to the host's group must not end the launcher between two frames.
    this.#child = spawn(binary, ['launcher'], { detached: true, cwd: '/', env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = new Lines((line) => {
      this.#take(line);
    });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      lines.take(chunk);
    });
    this.#child.stdin.on('error', () => (this.isOver = true)); // EPIPE: it ended; 'close' settles pending requests
    this.#child.on('error', (error) => {
      log.error({ err: error, binary }, 'cannot start the launcher');
      this.#end('The launcher cannot be started.');
    });
    this.#child.on('exit', () => (this.isOver = true));
    // Shims that were forked already may still report after the end of the launcher, until their pipe closes too.
    this.#child.on('close', () => {
      this.#end('The launcher ended.');
    });
    this.#child.unref();
    // Pipes of child processes are sockets, although their types do not say so.
    for (const pipe of [this.#child.stdin, this.#child.stdout]) (pipe as unknown as Socket).unref();
  }

  send(launchId: string, frame: Buffer): Promise<Report> {
    const sentAt = performance.now();
    return new Promise((settle) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(launchId);
        settle({ type: 'none', reason: `Its shim did not report within ${this.#reportMs / 1000} s.` });
        // It has not reported anything in that time: it hangs, and the claims decide about its pending requests.
        if (this.#lastReportAt < sentAt) this.#abandon();
      }, this.#reportMs);
      this.#waiting.set(launchId, { settle, timer });
      this.#child.stdin.write(frame);
    });
  }

  #abandon(): void {
    this.isOver = true; // now, so that the next request does not go to a dying launcher
    this.#child.kill('SIGKILL');
  }

  #take(line: string): void {
    const parsed = parseReport(line);
    if (parsed === null) return; // of an unknown protocol version: the files decide
    this.#lastReportAt = performance.now();
    this.#settle(parsed.launchId, parsed.report);
  }

  #settle(launchId: string, report: Report): void {
    const waiting = this.#waiting.get(launchId);
    if (waiting === undefined) return;
    this.#waiting.delete(launchId);
    clearTimeout(waiting.timer);
    waiting.settle(report);
  }

  #end(reason: string): void {
    this.isOver = true;
    for (const launchId of [...this.#waiting.keys()]) this.#settle(launchId, { type: 'none', reason });
    this.#notifyEnded();
  }

  /**
   * The launcher exits at the end of its input; its shims stay. Resolves when all of them have reported, or after 3 s.
   */
  async close(): Promise<void> {
    this.#child.stdin.end();
    let timer: NodeJS.Timeout | undefined;
    // Nothing else keeps this process alive in the meantime.
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
    await Promise.race([this.#ended, timeout]);
    clearTimeout(timer);
  }
}

/** Shims forked by a launcher, which is started for the first request and restarted whenever it has died. */
export class NativeShims implements Shims {
  readonly kind = 'native';
  readonly concurrency = 32;
  readonly #binary: string;
  readonly #log: Log;
  #launcher: Launcher | null = null;

  readonly #reportMs: number;

  constructor(binary: string, log: Log, reportMs = REPORT_MS) {
    this.#binary = binary;
    this.#log = log;
    this.#reportMs = reportMs;
  }

  start(shimRequest: ShimRequest): Promise<Report> {
    const frame = frameOf(shimRequest);
    // The launcher would reject its entire input; no system accepts arguments of that size anyway.
    if (frame.length > MAX_FRAME_BYTES) return Promise.resolve({ type: 'refused', step: 'exec', errno: errno.E2BIG });
    if (this.#launcher === null || this.#launcher.isOver) {
      this.#launcher = new Launcher(this.#binary, this.#log, this.#reportMs);
    }
    return this.#launcher.send(shimRequest.launchId, frame);
  }

  async close(): Promise<void> {
    const launcher = this.#launcher;
    this.#launcher = null;
    await launcher?.close();
  }
}
