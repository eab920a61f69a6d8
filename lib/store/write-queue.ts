import { StoreUnavailableError } from '../model/errors.ts';
import type { Log } from '../ports/log.ts';
import type { OnStoreWrite, StoreWriter } from '../ports/store-writes.ts';
import type { SqlSession } from './connection.ts';
import { failureKind, unavailable } from './failure.ts';
import { planBatch, type RowWrite } from './rows/batch.ts';

/** What one caller wants written, all of it or nothing. */
interface Member {
  readonly writes: readonly RowWrite[];
  /** Null: nobody counts it. */
  readonly writer: StoreWriter | null;
  readonly begunAt: number;
  readonly resolve: () => void;
  readonly reject: (error: StoreUnavailableError) => void;
}

/** What a {@link WriteQueue} writes to. */
export interface WriteQueueOptions {
  readonly file: string;
  readonly session: SqlSession;
  readonly log: Log;
  /** Told how each write went, before its caller is answered; default: nobody. */
  readonly onWrite?: OnStoreWrite | undefined;
  /** Looked at between each commit and its answers; default: all is always well. */
  readonly guard?: WriteGuard | undefined;
}

/** Says why what is written would be lost, or be written by two hosts at once, in a sentence; null: it would not. */
export interface WriteGuard {
  /** What was found last. */
  readonly known: string | null;
  /** Looks now. Never rejects. */
  look(): Promise<string | null>;
}

/**
 * The only writer of the database, with group commit: what is asked for while a transaction is under way goes into the next
 * one. A failure leaves no transaction open and never stops the queue: the next write tries anew. How each write of a known writer
 * went is told before its caller is answered.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #waiting: Member[] = [];
  #draining: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /** Resolves after the commit that carries the rows. Rejects with StoreUnavailableError; then none of them is written. */
  write(writes: readonly RowWrite[], writer: StoreWriter | null = null): Promise<void> {
    if (writes.length === 0 && !this.#isClosed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const member = { writes, writer, begunAt: performance.now(), resolve, reject };
      if (this.#isClosed) {
        const refusal = new StoreUnavailableError(`The store "${this.#options.file}" cannot be written: it is closed.`);
        this.#answer([member], refusal);
        return;
      }
      this.#waiting.push(member);
      this.#draining ??= this.#drain();
    });
  }

  /** Writes what is waiting, refuses everything after it, and closes the connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#draining;
    await this.#options.session.drop();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0));
    this.#draining = null;
  }

  async #commit(members: readonly Member[]): Promise<void> {
    const { guard } = this.#options;
    // Only what was bad already is looked at before: this costs every write.
    const before = guard === undefined || guard.known === null ? null : await guard.look();
    if (before !== null) {
      this.#answer(members, new StoreUnavailableError(before));
      return;
    }
    try {
      await this.#transaction(members.flatMap(({ writes }) => writes));
    } catch (error) {
      await this.#afterFailure(members, error);
      return;
    }
    // The rows are committed, and nobody knows yet: they are durable only if they went into the files that the next host will read.
    const found = guard === undefined ? null : await guard.look();
    this.#answer(members, found === null ? null : new StoreUnavailableError(found));
  }

  /** Tells how each write went, then answers its caller. */
  #answer(members: readonly Member[], error: StoreUnavailableError | null): void {
    for (const { writer, begunAt, resolve, reject } of members) {
      if (writer !== null) this.#options.onWrite?.({ writer, seconds: (performance.now() - begunAt) / 1_000, error });
      if (error === null) resolve();
      else reject(error);
    }
  }

  /** Bad rows of one member must not fail its neighbours; a store that cannot be written fails them all, without a retry each. */
  async #afterFailure(members: readonly Member[], error: unknown): Promise<void> {
    if (members.length > 1 && failureKind(error) === 'caller') {
      for (const member of members) await this.#commit([member]);
      return;
    }
    this.#answer(members, unavailable(this.#options.file, 'written', error));
  }

  async #transaction(writes: readonly RowWrite[]): Promise<void> {
    const executions = planBatch(writes);
    const [first] = executions;
    try {
      if (first !== undefined && executions.length === 1) {
        await this.#options.session.run(first.sql, first.rows); // one statement is a transaction of its own
        return;
      }
      await this.#options.session.run('BEGIN IMMEDIATE');
      for (const { sql, rows } of executions) await this.#options.session.run(sql, rows);
      await this.#options.session.run('COMMIT');
    } catch (error) {
      await this.#leave(executions.length > 1, error);
      throw error;
    }
  }

  /** Gets the connection out of the failed transaction; one that cannot be trusted any more is given up for a new one. */
  async #leave(hasBegun: boolean, error: unknown): Promise<void> {
    const isSound = failureKind(error) === 'caller' && (!hasBegun || (await this.#hasRolledBack()));
    if (isSound) return;
    await this.#options.session.drop().catch((closing: unknown) => {
      this.#options.log.error(
        { err: closing, file: this.#options.file },
        'A connection to the store could not be closed.',
      );
    });
  }

  #hasRolledBack(): Promise<boolean> {
    return this.#options.session.run('ROLLBACK').then(
      () => true,
      () => false, // gone already, or stuck: a new connection settles both
    );
  }
}
