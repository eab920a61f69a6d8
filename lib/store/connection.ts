import { Database, type Statement } from 'sqlite';
import sqlite3 from 'sqlite3';
import { StoreUnavailableError } from '../model/errors.ts';
import type { Log } from '../ports/log.ts';

/** The operations that a queue or a reader needs; implemented by {@link Connection}. */
export interface SqlSession {
  /** Runs a statement, which is prepared once and cached. */
  run(sql: string, ...parameters: readonly unknown[]): Promise<void>;
  /** All rows of a query, which is prepared once and cached. */
  all(sql: string, ...parameters: readonly unknown[]): Promise<readonly unknown[]>;
  /** Runs a script of several statements. */
  exec(script: string): Promise<void>;
  /** Closes the connection, which rolls back an open transaction; the next call opens a new one. */
  drop(): Promise<void>;
}

interface Opened {
  readonly database: Database;
  readonly statements: Map<string, Promise<Statement>>;
}

/**
 * Counts the open connections to one file. SQLite deletes the write-ahead log with the last of them, so that the next
 * one may have a different log.
 */
export class OpenConnections {
  #count = 0;
  #rounds = 0;

  /** How often the last of them was closed. */
  get rounds(): number {
    return this.#rounds;
  }

  opened(): void {
    this.#count += 1;
  }

  closed(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#rounds += 1;
  }
}

/**
 * One connection, opened on first use, and again after {@link drop}. It creates the file only if `mayCreate` is set: a
 * vanished database is an error, not an empty store. It is not opened while there is an obstacle (a sentence): SQLite
 * would create a write-ahead log where one was taken away, and would then read from that.
 */
export class Connection implements SqlSession {
  readonly #file: string;
  readonly #setup: string;
  readonly #mode: number;
  readonly #all: OpenConnections;
  readonly #obstacle: () => string | null;
  #opened: Promise<Opened> | null = null;

  /** `setup` is a script of pragmas that runs at each opening; `all` counts the connections to the file. */
  constructor(
    file: string,
    setup: string,
    { mayCreate = false, all = new OpenConnections(), obstacle = (): string | null => null } = {},
  ) {
    this.#file = file;
    this.#obstacle = obstacle;
    this.#all = all;
    this.#setup = setup;
    this.#mode = sqlite3.OPEN_READWRITE | sqlite3.OPEN_FULLMUTEX | (mayCreate ? sqlite3.OPEN_CREATE : 0);
  }

  async run(sql: string, ...parameters: readonly unknown[]): Promise<void> {
    const statement = await this.#statement(sql);
    await statement.run(...parameters);
  }

  async all(sql: string, ...parameters: readonly unknown[]): Promise<readonly unknown[]> {
    const statement = await this.#statement(sql);
    return await statement.all<unknown[]>(...parameters);
  }

  async exec(script: string): Promise<void> {
    const { database } = await this.#open();
    await database.exec(script);
  }

  async drop(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    const open = await opened.catch(() => null); // reported to the caller that opened it
    if (open !== null) await this.#closing(close(open));
  }

  #open(): Promise<Opened> {
    if (this.#opened !== null) return this.#opened;
    const opening = this.#openNow();
    this.#opened = opening;
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = null;
    });
    return opening;
  }

  async #openNow(): Promise<Opened> {
    this.#all.opened();
    try {
      const obstacle = this.#obstacle();
      if (obstacle !== null) throw new StoreUnavailableError(obstacle);
      return await open(this.#file, this.#mode, this.#setup);
    } catch (error) {
      this.#all.closed();
      throw error;
    }
  }

  async #closing(close: Promise<void>): Promise<void> {
    try {
      await close;
    } finally {
      this.#all.closed();
    }
  }

  async #statement(sql: string): Promise<Statement> {
    const { database, statements } = await this.#open();
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
      statement.catch(() => statements.delete(sql));
    }
    return await statement;
  }
}

/** Drops a connection that may be broken; that this fails is only logged. */
export async function dropBroken(
  session: SqlSession,
  { file, log }: { readonly file: string; readonly log: Log },
): Promise<void> {
  await session.drop().catch((error: unknown) => {
    log.error({ err: error, file }, 'cannot close a connection to the store');
  });
}

async function open(filename: string, mode: number, setup: string): Promise<Opened> {
  const database = new Database({ filename, mode, driver: sqlite3.Database });
  await database.open();
  const opened = { database, statements: new Map<string, Promise<Statement>>() };
  try {
    await database.exec(setup);
  } catch (error) {
    await close(opened);
    throw error;
  }
  return opened;
}

/** SQLite cannot close while statements are not finalized. */
async function close({ database, statements }: Opened): Promise<void> {
  for (const statement of await Promise.allSettled(statements.values())) {
    if (statement.status === 'fulfilled') await statement.value.finalize();
  }
  await database.close();
}
