import type { OpenConnections } from './connection.ts';
import { identityOf, inTime, isSameFile, type FileIdentity, type Found } from './file-identity.ts';

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

/**
 * The files of an open database, compared with those that were opened. SQLite itself goes on writing into a file that was removed
 * or replaced, and what it wrote there is lost.
 */
export class StoreFiles {
  readonly #options: StoreFilesOptions;
  readonly #database: FileIdentity;
  #sizes = { database: 0, wal: 0 };
  #wal: { readonly identity: FileIdentity; readonly rounds: number } | null = null;
  #newest = 0;
  #reading: Promise<number> | null = null;

  private constructor(options: StoreFilesOptions, database: FileIdentity) {
    this.#options = options;
    this.#database = database;
    this.#sizes.database = database.size;
  }

  /** Remembers the database as it is now. Throws when it is not there. */
  static async of(options: StoreFilesOptions): Promise<StoreFiles> {
    const found = await identityOf(options.file);
    if (typeof found === 'string') throw new Error(`The database "${options.file}" is not there.`);
    return new StoreFiles(options, found);
  }

  /** An event of that number was committed. */
  wrote(seq: number): void {
    this.#newest = Math.max(this.#newest, seq);
  }

  /** Compares files and sizes; null: they are as they should be. Otherwise a sentence that says what to do. */
  async look(): Promise<string | null> {
    const { file, connections } = this.#options;
    const before = connections.rounds;
    const [database, wal] = await Promise.all([identityOf(file), identityOf(`${file}-wal`)]);
    return this.#databaseProblem(database) ?? this.#walProblem(wal, before);
  }

  /** The same, and reads whether the newest event is still in there: a file can be overwritten in place. */
  async lookInside(): Promise<string | null> {
    const problem = await this.look();
    if (problem !== null) return problem;
    const { file } = this.#options;
    const written = this.#newest;
    try {
      const found = await inTime(this.#readNewest());
      if (found === 'silent') return `The database "${file}" does not answer.`;
      if (found >= written) return null;
      return `The database "${file}" was replaced by an older one: this host has written event ${written} into it, and its newest is ${found}. ${REMEDY}`;
    } catch (error) {
      return `The database "${file}" cannot be read any more: ${error instanceof Error ? error.message : String(error)}. ${REMEDY}`;
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
    if (found === 'silent') return `The file system of the database "${file}" does not answer.`;
    if (found === 'absent')
      return `The database "${file}" was removed or renamed while this host had it open. ${REMEDY}`;
    if (!isSameFile(found, this.#database)) {
      return `The database "${file}" was replaced by another file while this host had it open. ${REMEDY}`;
    }
    if (found.size < this.#sizes.database) {
      return `The database "${file}" was cut from ${this.#sizes.database} to ${found.size} bytes. ${REMEDY}`;
    }
    this.#sizes = { ...this.#sizes, database: found.size };
    return null;
  }

  #walProblem(found: Found, before: number): string | null {
    const { file, walLimitBytes, connections } = this.#options;
    const { rounds } = connections;
    const known = this.#wal?.rounds === rounds && before === rounds ? this.#wal.identity : null;
    if (found === 'silent') return `The file system of the database "${file}" does not answer.`;
    if (known === null) {
      this.#wal = found === 'absent' ? null : { identity: found, rounds };
      this.#sizes = { ...this.#sizes, wal: found === 'absent' ? 0 : found.size };
      return null;
    }
    if (found === 'absent')
      return `The write-ahead log "${file}-wal" was removed while this host had it open. ${REMEDY}`;
    if (!isSameFile(found, known)) return `The write-ahead log "${file}-wal" was replaced by another file. ${REMEDY}`;
    if (found.size < Math.min(this.#sizes.wal, walLimitBytes)) {
      return `The write-ahead log "${file}-wal" was cut from ${this.#sizes.wal} to ${found.size} bytes. ${REMEDY}`;
    }
    this.#sizes = { ...this.#sizes, wal: found.size };
    return null;
  }
}
