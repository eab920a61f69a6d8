/** A stream that a command writes to; `columns` is the width of a terminal. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a command may touch besides files and its host: `out` is for results, `err` for everything that is said about them. */
export interface CommandIo {
  readonly env: NodeJS.ProcessEnv;
  readonly out: TextStream;
  readonly err: TextStream;
}

/** Prints the one document of a command with `--json`. */
export function printJson(out: TextStream, document: unknown): void {
  out.write(`${JSON.stringify(document, null, 2)}\n`);
}
