import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary.ts';

const SOURCE = fileURLToPath(new URL('./datagram-receiver.c', import.meta.url));

/** The receiving end of sd_notify(3). Node has no such sockets, so it is built with the compiler of the shim. */
export class DatagramReceiver {
  readonly socket: string;
  readonly #child: ChildProcess;
  #text = '';

  private constructor(program: string, socket: string) {
    this.socket = socket;
    this.#child = spawn(program, [socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#text += chunk.toString()));
  }

  /** Listens on a path below a temporary folder, or on an abstract name (`@…`). */
  static async open(name?: string): Promise<DatagramReceiver> {
    const folder = temporaryFolder();
    const program = join(folder, 'receiver');
    execFileSync(process.env['CC'] ?? 'cc', ['-o', program, SOURCE]);
    const receiver = new DatagramReceiver(program, name ?? join(folder, 'notify'));
    await eventually(() => {
      if (!receiver.#text.startsWith('bound\n')) throw new Error('The receiver is not bound.');
    });
    return receiver;
  }

  /** All datagrams so far. */
  get received(): readonly string[] {
    return this.#text.split('\n').slice(1, -1);
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
