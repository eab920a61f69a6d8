import { readFileSync, statSync } from 'node:fs';
import type { Log } from '../../ports/log.ts';

/** Often enough for a rotation, seldom enough to cost nothing under load. */
const CHECK_EVERY_MS = 1_000;
const OTHERS = 0o077;

/** Which files a value is made of, and how. */
export interface FromFilesOptions<T> {
  /** Absolute. */
  readonly files: readonly string[];
  /** Those of them that nobody else on this machine should be able to read. */
  readonly secret: readonly string[];
  /** What the files are, for people: "The token file". */
  readonly what: string;
  /** Makes the value of the contents, in the order of `files`; throws an Error whose message is a sentence without secrets. */
  readonly parse: (contents: readonly Buffer[]) => T;
  /** Told when the files have given a new value; default: nobody. */
  readonly changed?: () => void;
  readonly log: Log;
  /** In ms, from anywhere; default: the monotonic clock. */
  readonly now?: () => number;
}

/**
 * A value that follows its files without a restart: they are looked at when the value is used, at most once a second, and read
 * again when they have changed, also when another file has taken the name. Files that cannot be used any more leave the last good
 * value in place. Looking at use needs no timer and no watcher, which would lose a file that is replaced by rename.
 */
export class FromFiles<T> {
  readonly #options: FromFilesOptions<T>;
  readonly #now: () => number;
  #value: T;
  #seen: string;
  #checkedAt: number;
  #trouble: string | null = null;

  /** Throws whatever reading and parsing throw: a value that was never good cannot be kept. */
  constructor(options: FromFilesOptions<T>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#checkedAt = this.#now();
    this.#seen = this.#fingerprint();
    this.#value = this.#read();
  }

  /** The value by the files as they were at most a second ago. */
  current(): T {
    if (this.#now() - this.#checkedAt >= CHECK_EVERY_MS) this.reread();
    return this.#value;
  }

  /** Why the value is older than its files, as a sentence without their paths; null: it is not. */
  trouble(): string | null {
    this.current();
    return this.#trouble;
  }

  /** Reads the files now if they changed. True: they have given a new value. */
  reread(): boolean {
    this.#checkedAt = this.#now();
    const seen = this.#fingerprint();
    if (seen === this.#seen) return false;
    this.#seen = seen;
    const { what, files, log, changed } = this.#options;
    try {
      this.#value = this.#read();
      this.#trouble = null;
      log.info({ files }, `${what} has changed and was read again.`);
      changed?.();
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#trouble === null)
        log.error({ files }, `${what} cannot be used; the previous content stays in effect: ${reason}`);
      this.#trouble = `${what} changed and cannot be used; the previous content stays in effect. The log says why.`;
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
        `${what} can be read by other users of this machine; run chmod 600 on it.`,
      );
    }
  }

  /** Changes with content, owner, mode and the file behind the name; the code of the system for what cannot be looked at. */
  #fingerprint(): string {
    return this.#options.files.map(stamp).join(' ');
  }
}

/** Reading anything else, such as a FIFO, might wait for ever. */
function contentsOf(file: string): Buffer {
  if (!statSync(file).isFile()) throw new Error(`"${file}" is not a file.`);
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
