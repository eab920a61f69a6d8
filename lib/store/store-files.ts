import { setTimeout as pause } from 'node:timers/promises';
import type { OpenConnections } from './connection.ts';
import { changeOf, identityOf, knownAt, type FileIdentity, type Found } from './file-identity.ts';

/** What {@link StoreFiles} looks at and compares with. */
export interface StoreFilesOptions {
  readonly file: string;
  /** The write-ahead log never gets smaller than this by itself, once it was larger. Bytes. */
  readonly walLimitBytes: number;
  /** Only when all of them were closed may there be another write-ahead log. */
  readonly connections: Pick<OpenConnections, 'rounds'>;
  /** The newest event that is in the database, read from the disk. */
  readonly readNewest: () => Promise<number>;
}

const REMEDY = 'Nothing more is written, and no service is launched. Put it back as it was, or restart the host.';

/** How long a read of the newest event may take. */
const READ_LIMIT_MS = 2_000;

/** A file as it was last seen to be right. */
interface Seen {
  readonly identity: FileIdentity;
  readonly size: number;
}

/**
 * The files of an open database, compared with those that were opened. SQLite itself goes on writing into a file that was removed
 * or replaced, and what it wrote there is lost.
 */
export class StoreFiles {
  readonly #options: StoreFilesOptions;
  #database: Seen;
  #wal: (Seen & { readonly rounds: number }) | null = null;
  #newest = 0;
  #known: string | null = null;
  #reading: Promise<number> | null = null;

  private constructor(options: StoreFilesOptions, database: FileIdentity) {
    this.#options = options;
    this.#database = { identity: database, size: database.size };
  }

  /** Remembers the database as it is now. Throws when it is not there. */
  static async of(options: StoreFilesOptions): Promise<StoreFiles> {
    return new StoreFiles(options, await knownAt(options.file));
  }

  /** An event of that number was committed. */
  wrote(seq: number): void {
    this.#newest = Math.max(this.#newest, seq);
  }

  /** What the last look has found. */
  get known(): string | null {
    return this.#known;
  }

  /** Compares files and sizes; null: they are as they should be. Otherwise a sentence that says what to do. */
  async look(): Promise<string | null> {
    const { file, connections } = this.#options;
    const { rounds } = connections;
    const [database, wal] = await Promise.all([identityOf(file), identityOf(`${file}-wal`)]);
    // While the last connection closes, there is no telling which write-ahead log is meant.
    const isSteady = rounds === connections.rounds;
    this.#known = this.#databaseProblem(database) ?? (isSteady ? this.#walProblem(wal, rounds) : null);
    return this.#known;
  }

  /** The same, and reads whether the newest event is still in there: a file can be overwritten in place. */
  async lookInside(): Promise<string | null> {
    this.#known = (await this.look()) ?? (await this.#contentProblem());
    return this.#known;
  }

  async #contentProblem(): Promise<string | null> {
    const { file } = this.#options;
    const written = this.#newest;
    const limit = new AbortController();
    const silence = pause(READ_LIMIT_MS, null, { signal: limit.signal, ref: false });
    silence.catch(() => undefined); // aborted below
    try {
      const found = await Promise.race([this.#readNewest(), silence]);
      if (found === null) return `The database "${file}" does not answer. ${REMEDY}`;
      if (found >= written) return null;
      return `The database "${file}" was replaced by an older one: this host has written event ${written} into it, and its newest is ${found}. ${REMEDY}`;
    } catch (error) {
      return `The database "${file}" cannot be read any more: ${error instanceof Error ? error.message : String(error)}. ${REMEDY}`;
    } finally {
      limit.abort();
    }
  }

  /** One at a time: those that hang must not pile up. */
  #readNewest(): Promise<number> {
    this.#reading ??= this.#options.readNewest().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  #databaseProblem(found: Found): string | null {
    const { file } = this.#options;
    const { identity, size } = this.#database;
    const problem = problemOf(`The database "${file}"`, found, identity, size);
    if (problem === null && 'size' in found) this.#database = { identity, size: found.size };
    return problem;
  }

  #walProblem(found: Found, rounds: number): string | null {
    const { file, walLimitBytes } = this.#options;
    const before = this.#wal?.rounds === rounds ? this.#wal : null;
    const least = before === null ? 0 : Math.min(before.size, walLimitBytes);
    const problem = before && problemOf(`The write-ahead log "${file}-wal"`, found, before.identity, least);
    if (problem !== null) return problem;
    this.#wal = 'size' in found ? { identity: before?.identity ?? found, size: found.size, rounds } : null;
    return null;
  }
}

/** Why a file is not what it was, in a sentence; null: it is, and has at least that many bytes. */
function problemOf(name: string, found: Found, known: FileIdentity, least: number): string | null {
  const change = changeOf(found, known);
  if (change !== null) return `${name} ${change} while this host had it open. ${REMEDY}`;
  return 'size' in found && found.size < least ? `${name} was cut to ${found.size} bytes. ${REMEDY}` : null;
}
