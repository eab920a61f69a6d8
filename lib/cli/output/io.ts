/** An output stream; `columns` and `rows` are the size of a terminal, which emits `resize` when that changes. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
  write(text: string): unknown;
}

/** A terminal that is read key by key, such as `process.stdin`. */
export interface KeySource {
  readonly isTTY?: boolean;
  setRawMode?: (isRaw: boolean) => unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data' | 'end', listener: (keys: string) => void): unknown;
  off(event: 'data' | 'end', listener: (keys: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** The I/O of a command, apart from files and its host: `out` is for results, `err` for messages. */
export interface CommandIo {
  readonly env: NodeJS.ProcessEnv;
  readonly out: TextStream;
  readonly err: TextStream;
}

/** The I/O of a running program: also its keys and its interruption. */
export interface ProgramIo extends CommandIo {
  /** Key presses, for live displays. */
  readonly keys: KeySource;
  /** Aborted with the signal's name when the program is to end; a caller must then stop. */
  readonly interruption: () => AbortSignal;
}

/** Prints the document of a command with `--json`. */
export function printJson(out: TextStream, document: unknown): void {
  out.write(jsonText(document));
}

/** The same as text. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
