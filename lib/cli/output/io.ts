/** A stream that a command writes to; `columns` is the width of a terminal. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A terminal that is read key by key; `process.stdin`, for one. */
export interface KeySource {
  readonly isTTY?: boolean;
  setRawMode?: (isRaw: boolean) => unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (keys: string) => void): unknown;
  off(event: 'data', listener: (keys: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What a command may touch besides files and its host: `out` is for results, `err` for everything that is said about them. */
export interface CommandIo {
  readonly env: NodeJS.ProcessEnv;
  readonly out: TextStream;
  readonly err: TextStream;
  /** What the user types, for commands that show something live. */
  readonly keys: KeySource;
  /** Aborted with the name of the signal when the program is to end; who asks for it has to end by it. */
  readonly interruption: () => AbortSignal;
}

/** Prints the one document of a command with `--json`. */
export function printJson(out: TextStream, document: unknown): void {
  out.write(`${JSON.stringify(document, null, 2)}\n`);
}
