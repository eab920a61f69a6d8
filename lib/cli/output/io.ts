/** A stream that a command writes to; `columns` and `rows` are the size of a terminal, which tells when that changes. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
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
}

/** What a command is run with: besides, the part of a program that ends or is used while it runs. */
export interface ProgramIo extends CommandIo {
  /** What the user types, for commands that show something live. */
  readonly keys: KeySource;
  /** Aborted with the name of the signal when the program is to end; who asks for it has to end by it. */
  readonly interruption: () => AbortSignal;
}

/** Prints the one document of a command with `--json`. */
export function printJson(out: TextStream, document: unknown): void {
  out.write(`${JSON.stringify(document, null, 2)}\n`);
}
