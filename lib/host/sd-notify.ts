import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { Socket } from 'node:net';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Log } from '../ports/log.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { LocalShimKind } from '../model/process.ts';
import { nativeShimFile } from '../process/launch/shim-kind.ts';

const PROGRAM = 'systemd-notify';
const CLOSE_MS = 1_000;
/**
 * systemd-notify itself waits up to 5 s until the manager has read the message, so that the manager can identify the
 * sender.
 */
const PROGRAM_MS = 10_000;

type Child = ChildProcessByStdio<Writable, null, null>;

export interface NotifierOptions {
  /** The environment of the host. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called only if there is a service manager. */
  readonly shim: () => LocalShimKind;
  readonly log: Log;
}

/**
 * Opens the connection to the service manager in NOTIFY_SOCKET: the native shim as a child, or else `systemd-notify`
 * for each message. Null: there is no manager, or neither program, in which case the log says what to do.
 */
export function openNotifier({ env, shim, log }: NotifierOptions): Notifier | null {
  const socket = env['NOTIFY_SOCKET'] ?? '';
  if (socket === '') return null;
  if (shim() === 'native') return new ShimNotifier(nativeShimFile(), socket, log);
  const program = programIn(env['PATH'] ?? '');
  if (program !== null) return new ProgramNotifier(program, socket, log);
  log.error(
    { socket },
    'cannot notify the service manager, and its watchdog is off: neither the native shim nor ' +
      `${PROGRAM} is available. Install one of them (a C compiler and npm rebuild coredinator), or set Type=exec and no WatchdogSec in the unit.`,
  );
  return null;
}

function programIn(path: string): string | null {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    try {
      accessSync(join(folder, PROGRAM), constants.X_OK);
      return join(folder, PROGRAM);
    } catch {
      continue; // not in this folder
    }
  }
  return null;
}

/**
 * One child that reads lines; it exits with its input, so never later than the host, and is restarted if it has died.
 */
export class ShimNotifier implements Notifier {
  readonly #binary: string;
  readonly #socket: string;
  readonly #log: Log;
  #child: Child | null = null;
  #hasFailed = false;

  constructor(binary: string, socket: string, log: Log) {
    this.#binary = binary;
    this.#socket = socket;
    this.#log = log;
  }

  send(assignment: string): void {
    this.#child ??= this.#start();
    // If the manager has not read for so long, this message is skipped: the buffer must not grow.
    if (!this.#child.stdin.writableNeedDrain) this.#child.stdin.write(`${assignment}\n`);
  }

  #start(): Child {
    // In its own session, so that it can still send if the host's group is killed. Without a tag: it is not an orphan.
    const child = spawn(this.#binary, ['notify'], {
      detached: true,
      cwd: '/',
      env: { NOTIFY_SOCKET: this.#socket },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const gone = (reason: unknown): void => {
      if (this.#child !== child) return;
      this.#child = null;
      if (!this.#hasFailed)
        this.#log.warn({ reason }, 'the process that notifies the service manager has exited; restarting it');
      this.#hasFailed = true;
    };
    child.on('error', gone);
    child.on('exit', (code, signal) => {
      gone(signal ?? code);
    });
    child.stdin.on('error', () => undefined); // EPIPE: followed by 'exit'
    child.unref();
    (child.stdin as unknown as Socket).unref(); // pipes of child processes are sockets, although their types do not say so
    return child;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      child.once('close', resolve);
      timer = setTimeout(() => {
        child.kill('SIGKILL');
      }, CLOSE_MS);
      child.stdin.end();
    });
    clearTimeout(timer);
  }
}

/** Runs one process for each message, one after the other. */
class ProgramNotifier implements Notifier {
  readonly #program: string;
  readonly #socket: string;
  readonly #log: Log;
  #waiting: string[] = [];
  #running: Promise<void> | null = null;

  constructor(program: string, socket: string, log: Log) {
    this.#program = program;
    this.#socket = socket;
    this.#log = log;
  }

  send(assignment: string): void {
    this.#waiting = [...this.#waiting.filter((one) => one !== assignment), assignment];
    this.#running ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await this.#run(next);
    this.#running = null;
  }

  #run(assignment: string): Promise<void> {
    return new Promise((resolve) => {
      const options = { env: { NOTIFY_SOCKET: this.#socket }, cwd: '/', timeout: PROGRAM_MS };
      execFile(this.#program, [assignment], options, (error) => {
        if (error !== null) this.#log.warn({ err: error }, 'cannot notify the service manager');
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.#running;
  }
}
