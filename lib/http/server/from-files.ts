import { readFileSync, statSync } from 'node:fs';
import type { Log } from '../../ports/log.ts';

/** Frequent enough for a rotation, rare enough to cost nothing under load. */
const CHECK_EVERY_MS = 1_000;
const OTHERS = 0o077;

/** The files of a value and how to parse them. */
export interface FromFilesOptions<T> {
  /** Absolute. */
  readonly files: readonly string[];
  /** Those of the files that other users of this machine should not be able to read. */
  readonly secret: readonly string[];
  /** What the files are, for messages: "The token file". */
  readonly what: string;
  /** Turns the contents, in the order of `files`, into the value; throws an Error with a sentence without secrets. */
  readonly parse: (contents: readonly Buffer[]) => T;
  /** Called when the files have produced a new value; default: nothing. */
  readonly changed?: () => void;
  readonly log: Log;
  /** In ms from any origin; default: the monotonic clock. */
  readonly now?: () => number;
}

/**
 * A value that follows its files without a restart. They are checked when the value is used, at most once a second, and
 * read again if they have changed, also if another file now has the name. If the files become unusable, the last good
 * value stays in effect. Checking on use needs no timer and no watcher, which would lose a file that is replaced by
 * rename.
 */
export class FromFiles<T> {
  readonly #options: FromFilesOptions<T>;
  readonly #now: () => number;
  #value: T;
  #seen: string;
  #checkedAt: number;
  #problem: string | null = null;

  /** Throws any error of reading or parsing: there is no earlier value to keep. */
  constructor(options: FromFilesOptions<T>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#checkedAt = this.#now();
    this.#seen = this.#fingerprint();
    this.#value = this.#read();
  }

  /** The value of the files as of at most a second ago. */
  current(): T {
    if (this.#now() - this.#checkedAt >= CHECK_EVERY_MS) this.reread();
    return this.#value;
  }

  /** Why the value is older than its files, as a sentence without their paths; null: it is not. */
  problem(): string | null {
    this.current();
    return this.#problem;
  }

  /** Reads the files now if they have changed. True: they produced a new value. */
  reread(): boolean {
    this.#checkedAt = this.#now();
    const seen = this.#fingerprint();
    if (seen === this.#seen) return false;
    this.#seen = seen;
    const { what, files, log, changed } = this.#options;
    try {
      this.#value = this.#read();
      this.#problem = null;
      log.info({ files }, `${what} has changed and was read again.`);
      changed?.();
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#problem === null)
        log.error({ files }, `${what} cannot be used; the previous content stays in effect: ${reason}`);
      this.#problem = `${what} changed and cannot be used; the previous content stays in effect. The log says why.`;
      return false;
    }
  }

  #read(): T {
    const { files, parse } = this.#options;
    const value = parse(files.map(contentsOf));
    this.#warnOfReaders();
    return value;
  }

  #warnOfReaders(): void {
    const { secret, what, log } = this.#options;
    for (const file of secret) {
      const mode = statSync(file).mode & 0o777;
      if ((mode & OTHERS) === 0 || process.platform === 'win32') continue;
      log.warn(
        { file, mode: mode.toString(8) },
        `${what} can be read by other users of this machine; restrict it with chmod 600.`,
      );
    }
  }

  /** Changes with content, owner, mode and the file behind the name; a system error code for inaccessible files. */
  #fingerprint(): string {
    return this.#options.files.map(stamp).join(' ');
  }
}

/** Reading anything but a regular file, such as a FIFO, could block for ever. */
function contentsOf(file: string): Buffer {
  if (!statSync(file).isFile()) throw new Error(`"${file}" is not a regular file.`);
  return readFileSync(file);
}

function stamp(file: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
