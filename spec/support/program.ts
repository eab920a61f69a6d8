import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A child process that prints JSON lines. */
export class Program {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  /** Runs a TypeScript module; its standard error is this process's. */
  constructor(module: URL, args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(module), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The program was not started.');
    return this.#child.pid;
  }

  /** The next line, null at the end. */
  async next(): Promise<unknown> {
    const line = await this.#lines.next();
    return line.done === true ? null : JSON.parse(line.value);
  }

  /** Writes a line to the standard input, and returns the next line of output. */
  async ask(line: string): Promise<unknown> {
    this.#child.stdin.write(`${line}\n`);
    return await this.next();
  }

  /** Sends a signal and waits for the end; earlier output can still be read. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }
}
