import { parseCommandLine } from '../../lib/cli/command-line.ts';
import type { KeySource, TextStream } from '../../lib/cli/output/io.ts';

/** The output and the exit code of a command. */
export interface CommandEnd {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A stream that records what is written to it. */
export class KeptText implements TextStream {
  text = '';
  readonly isTTY: boolean;
  columns: number;
  rows: number;
  readonly #onResize = new Set<() => void>();

  /** `columns`: the width of the terminal that it simulates; 0: not a terminal. */
  constructor(columns = 0, rows = 24) {
    this.isTTY = columns > 0;
    this.columns = columns;
    this.rows = rows;
  }

  on(_: 'resize', listener: () => void): void {
    this.#onResize.add(listener);
  }

  off(_: 'resize', listener: () => void): void {
    this.#onResize.delete(listener);
  }

  /** Resizes the terminal. */
  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    for (const listener of this.#onResize) listener();
  }

  write(text: string): void {
    this.text += text;
  }
}

/** Runs a command other than `serve` in this process. */
export async function runCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
  out = new KeptText(),
  interruption = new AbortController().signal,
  more: { readonly keys?: KeySource; readonly err?: KeptText } = {},
): Promise<CommandEnd> {
  const line = parseCommandLine(argv, env);
  if (line.type === 'serve') throw new Error(`"${argv.join(' ')}" runs a host.`);
  if (line.type === 'exit') {
    const { code, output } = line;
    return code === 0 ? { code, output, errors: '' } : { code, output: '', errors: output };
  }
  const { keys = process.stdin, err = new KeptText() } = more;
  const code = await line.task({ env, out, err, keys, interruption: () => interruption });
  return { code, output: out.text, errors: err.text };
}
