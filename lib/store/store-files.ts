import { readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../ports/clock.ts';
import type { OpenConnections } from './connection.ts';
import { changeOf, identityNow, identityOf, knownAt, type FileIdentity, type Found } from './file-identity.ts';

export interface StoreFilesOptions {
  readonly file: string;
  /** Once the write-ahead log was larger than this, it never becomes smaller by itself. Bytes. */
  readonly walLimitBytes: number;
  /** There may be a different write-ahead log only after all of them were closed. */
  readonly connections: Pick<OpenConnections, 'rounds'>;
  /** The number of the newest event in the database, read from the disk. */
  readonly readNewest: () => Promise<number>;
  readonly clock: Pick<Clock, 'now'>;
}

const REMEDY = 'Nothing more is written, and no service is launched. Put it back as it was, or restart the host.';

/** The beginning of every database. */
const MAGIC = Buffer.from('SQLite format 3\0');

/** Whether an open file begins with something else than a database; an empty one does not. */
export function isOverwritten(fd: number): boolean {
  const header = Buffer.alloc(MAGIC.length);
  return readSync(fd, header, 0, header.length, 0) === header.length && !header.equals(MAGIC);
}

/** The time limit for reading the newest event. */
const READ_LIMIT_MS = 2_000;

/** Checks in a row in which the content of unchanged files is taken for what it was: 30 s of checks every 2 s. */
const UNCHANGED_CHECKS = 14;
/** File systems store times in steps of up to 2 s: a file that changed longer ago has a new time after its next change. */
const SETTLED_MS = 3_000;

/** A file at its last successful check. */
interface CheckedFile {
  readonly identity: FileIdentity;
  readonly size: number;
}

/**
 * Checks that the files of an open database are still those that were opened. SQLite itself continues to write into a
 * file that was deleted or replaced, and that data is lost.
 */
export class StoreFiles {
  readonly #options: StoreFilesOptions;
  #database: CheckedFile;
  #wal: (CheckedFile & { readonly rounds: number }) | null = null;
  readonly #handle: FileHandle;
  #newest = 0;
  /** The results of the last checks of the files and of their content. */
  #outside: string | null = null;
  #inside: string | null = null;
  #reading: Promise<number> | null = null;
  /** How the files were when their content was read and was as expected; null: it has to be read. */
  #verified: string | null = null;
  /** Checks since then that did not read it. */
  #unread = 0;

  private constructor(options: StoreFilesOptions, database: FileIdentity, handle: FileHandle) {
    this.#options = options;
    this.#database = { identity: database, size: database.size };
    this.#handle = handle;
  }

  /** Remembers the current database and keeps it open. Throws if it is missing. */
  static async of(options: StoreFilesOptions): Promise<StoreFiles> {
    return new StoreFiles(options, await knownAt(options.file), await open(options.file, 'r'));
  }

  /** Call it only once no connection is open: it drops the locks of this process on the database. */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** An event with that number was committed. */
  wrote(seq: number): void {
    this.#newest = Math.max(this.#newest, seq);
  }

  /** The result of the last check. */
  get known(): string | null {
    return this.#outside ?? this.#inside;
  }

  /** Checks at once whether the files are in place, whatever is in them; null: they are. */
  checkPlaces(): string | null {
    const { file, connections } = this.#options;
    this.#outside =
      this.#databaseProblem(identityNow(file)) ?? this.#walProblem(identityNow(`${file}-wal`), connections.rounds);
    return this.#outside;
  }

  /** Checks files, sizes and header at once; null: no problem. Otherwise a sentence that says what to do. */
  check(): string | null {
    this.checkPlaces();
    if (this.known === null) this.#inside = this.#headerProblem();
    return this.known;
  }

  /**
   * Does the same once the file system has responded within a time limit, and checks that header and newest event still exist, because a file can be
   * overwritten in place. The newest event is only read again if a file has changed since, or after half a minute.
   */
  async lookInside(): Promise<string | null> {
    const database = await identityOf(this.#options.file);
    if ('fault' in database) {
      this.#outside = this.#databaseProblem(database);
      return this.known;
    }
    // The file system responds, so the rest is read at once, and the size again: that one may be older than a commit.
    // The content only after that: a connection must not be opened to a database that took the place of this one.
    this.check();
    if (this.#outside === null) this.#inside = (await this.#changedContentProblem()) ?? this.#headerProblem();
    return this.known;
  }

  async #changedContentProblem(): Promise<string | null> {
    const files = this.#filesNow();
    if (files !== null && files === this.#verified && this.#unread < UNCHANGED_CHECKS) {
      this.#unread += 1;
      return null;
    }
    const problem = await this.#contentProblem();
    this.#verified = problem === null ? files : null;
    this.#unread = 0;
    return problem;
  }

  /** The times of change and the sizes of the files; null: they have just changed, or one of them cannot be checked. */
  #filesNow(): string | null {
    const { file, clock } = this.#options;
    const found = [identityNow(file), identityNow(`${file}-wal`)];
    const settledBefore = BigInt(clock.now() - SETTLED_MS) * 1_000_000n;
    const isSettled = found.every((one) => 'changedAt' in one && one.changedAt < settledBefore);
    return isSettled ? found.map((one) => ('size' in one ? `${one.changedAt} ${one.size}` : '')).join() : null;
  }

  /**
   * SQLite itself does not read the header as long as the write-ahead log has a newer one. A few microseconds: the file
   * has just been checked, so it responds.
   */
  #headerProblem(): string | null {
    const { file } = this.#options;
    try {
      if (!isOverwritten(this.#handle.fd)) return null;
      return `The database "${file}" was overwritten: it no longer begins like a database. ${REMEDY}`;
    } catch (error) {
      return `The database "${file}" can no longer be read: ${error instanceof Error ? error.message : String(error)}. ${REMEDY}`;
    }
  }

  async #contentProblem(): Promise<string | null> {
    const { file } = this.#options;
    const written = this.#newest;
    let limit: NodeJS.Timeout | undefined;
    const silence = new Promise<null>((resolve) => (limit = setTimeout(resolve, READ_LIMIT_MS, null).unref()));
    try {
      const found = await Promise.race([this.#readNewest(), silence]);
      if (found === null) return `The database "${file}" does not respond. ${REMEDY}`;
      if (found >= written) return null;
      return `The database "${file}" was replaced by an older one: this host has written event ${written}, but its newest event is ${found}. ${REMEDY}`;
    } catch (error) {
      return `The database "${file}" can no longer be read: ${error instanceof Error ? error.message : String(error)}. ${REMEDY}`;
    } finally {
      clearTimeout(limit);
    }
  }

  /** One at a time: hanging reads must not pile up. */
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
    const minSize = before === null ? 0 : Math.min(before.size, walLimitBytes);
    const problem = before && problemOf(`The write-ahead log "${file}-wal"`, found, before.identity, minSize);
    if (problem !== null) return problem;
    this.#wal = 'size' in found ? { identity: before?.identity ?? found, size: found.size, rounds } : null;
    return null;
  }
}

/** How a file has changed, as a sentence; null: it is the same file and has at least `minSize` bytes. */
function problemOf(name: string, found: Found, known: FileIdentity, minSize: number): string | null {
  const change = changeOf(found, known);
  if (change !== null) return `${name} ${change} while this host had it open. ${REMEDY}`;
  return 'size' in found && found.size < minSize ? `${name} was truncated to ${found.size} bytes. ${REMEDY}` : null;
}
