import type xterm from '@xterm/headless';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Readable, Writable } from 'node:stream';
import { eventually } from '../eventually.ts';
import { findProgram } from './real-services.ts';

// Its names are not found by an import of this module system.
const { Terminal: Screen } = createRequire(import.meta.url)('@xterm/headless') as typeof xterm;
const RUNNER = new URL('terminal.py', import.meta.url).pathname;
const TRY_MS = 15_000;

/** Why no program can run in a terminal, as a sentence; null: it can. */
export function whyNoTerminal(): string | null {
  return findProgram('python3') === null ? 'python3 missing: "npm run test:packages" says why' : null;
}

/** The size and the environment of a terminal. */
export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program in a terminal, read as a person sees it. */
export class Terminal {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #screen: xterm.Terminal;
  /** The exit code of the program. */
  readonly ended: Promise<number>;
  /** All that the program wrote. */
  written = '';

  constructor(program: readonly string[], { columns, rows, env = {} }: TerminalOptions) {
    this.#screen = new Screen({ cols: columns, rows, allowProposedApi: true });
    const args = [RUNNER, String(columns), String(rows), ...program];
    const all = { ...process.env, TERM: 'xterm-256color', ...env };
    this.#child = spawn('python3', args, { env: all, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.written += chunk.toString();
      this.#screen.write(chunk);
    });
    this.ended = once(this.#child, 'close').then(([code]) => code as number); // it ends by itself, or is closed
  }

  /** Types keys, such as `q` or `\x1b[A`. */
  press(keys: string): void {
    this.#child.stdin.write(`${JSON.stringify({ keys })}\n`);
  }

  /** Types keys one after the other, each when the screen has changed after the one before. */
  async pressEach(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const before = this.written.length;
      this.press(key);
      await eventually(() => {
        if (this.written.length === before) throw new Error(`The screen did not change after ${JSON.stringify(key)}.`);
      }, TRY_MS);
    }
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#child.stdin.write(`${JSON.stringify({ size: [columns, rows] })}\n`);
  }

  /** The visible lines, without colours. */
  lines(): readonly string[] {
    const { active } = this.#screen.buffer;
    return Array.from(
      { length: this.#screen.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    );
  }

  /** The visible lines as one text. */
  text(): string {
    return this.lines().join('\n');
  }

  /** Whether the alternate screen is shown, from which the program has to return. */
  get isAlternate(): boolean {
    return this.#screen.buffer.active.type === 'alternate';
  }

  /** Waits until a line of the screen matches, and returns it. */
  async line(pattern: RegExp, timeoutMs = TRY_MS): Promise<string> {
    return eventually(() => {
      const found = this.lines().find((one) => pattern.test(one));
      if (found === undefined) throw new Error(`No line matches ${pattern.toString()}:\n${this.text()}`);
      return found;
    }, timeoutMs);
  }

  /** Ends the program if it still runs. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill();
    await this.ended;
    this.#screen.dispose();
  }
}
