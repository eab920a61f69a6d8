import { StoreUnavailableError } from '../model/errors.ts';
import type { Log } from '../ports/log.ts';
import type { OnStoreWrite, StoreWriter } from '../ports/store-writes.ts';
import { dropBroken, type SqlSession } from './connection.ts';
import { failureKind, unavailable } from './failure.ts';
import { planBatch, scriptOf, transactionOf, type Execution, type RowWrite } from './rows/batch.ts';

/** The rows of one caller, written atomically. */
interface Member {
  readonly writes: readonly RowWrite[];
  /** Null: not reported. */
  readonly writer: StoreWriter | null;
  readonly begunAt: number;
  readonly resolve: () => void;
  readonly reject: (error: StoreUnavailableError) => void;
}

export interface WriteQueueOptions {
  readonly file: string;
  readonly session: SqlSession;
  readonly log: Log;
  /** Called with the result of each write, before its caller gets it; default: none. */
  readonly onWrite?: OnStoreWrite | undefined;
  /** Checked before each commit, and between it and its responses; default: no check. */
  readonly guard?: WriteGuard | undefined;
  /** Monotonic milliseconds; default: those of this process. */
  readonly steadyMs?: () => number;
}

/** For how long the result of a check before a commit holds: commits often follow one another. The one after it is always new. */
const CHECK_HOLDS_MS = 5;

/** Says, as a sentence, why writes would be lost, or made by two hosts at the same time; null: they would not. */
export interface WriteGuard {
  /** Checks now. Never throws. */
  check(): string | null;
}

/**
 * The only writer of the database, with group commit: writes requested during a transaction go into the next one. A
 * failure leaves no transaction open and never stops the queue: the next write tries again. The result of each write by
 * a known writer is reported before its caller gets it.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #steadyMs: () => number;
  #waiting: Member[] = [];
  #draining: Promise<void> | null = null;
  /** Takes back what was committed and refused, before anything else is written. */
  #undo: readonly RowWrite[] = [];
  #isClosed = false;
  /** When the guard last found nothing. */
  #soundAt = -Infinity;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#steadyMs = options.steadyMs ?? (() => performance.now());
  }

  /**
   * Resolves after the commit that contains the rows. Rejects with StoreUnavailableError; then none of them is written,
   * or, if the files were taken away at that moment, they are taken back once the files are there again.
   */
  write(writes: readonly RowWrite[], writer: StoreWriter | null = null): Promise<void> {
    if (writes.length === 0 && !this.#isClosed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const member = { writes, writer, begunAt: this.#steadyMs(), resolve, reject };
      if (this.#isClosed) {
        const refusal = new StoreUnavailableError(`The store "${this.#options.file}" cannot be written: it is closed.`);
        this.#answer([member], refusal);
        return;
      }
      this.#waiting.push(member);
      this.#draining ??= this.#drain();
    });
  }

  /** Completes pending writes, rejects later ones, and closes the connection. */
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
    // A commit may copy the write-ahead log into a database that was damaged, after which the damage can hardly be seen.
    const before = this.#steadyMs() - this.#soundAt < CHECK_HOLDS_MS ? null : this.#check();
    if (before !== null) {
      this.#answer(members, new StoreUnavailableError(before));
      return;
    }
    try {
      await this.#transaction([...this.#undo, ...members.flatMap(({ writes }) => writes)]);
      this.#undo = [];
    } catch (error) {
      this.#soundAt = -Infinity;
      await this.#afterFailure(members, error);
      return;
    }
    // The rows are committed, but not reported yet: they are durable only if they are in the files that the next host
    // will read.
    const found = this.#check();
    if (found !== null) this.#undo = members.flatMap(undoOf);
    this.#answer(members, found === null ? null : new StoreUnavailableError(found));
  }

  #check(): string | null {
    const found = this.#options.guard?.check() ?? null;
    this.#soundAt = found === null ? this.#steadyMs() : -Infinity;
    return found;
  }

  /** Reports the result of each write, then settles its promise. */
  #answer(members: readonly Member[], error: StoreUnavailableError | null): void {
    for (const { writer, begunAt, resolve, reject } of members) {
      if (writer !== null) this.#options.onWrite?.({ writer, seconds: (this.#steadyMs() - begunAt) / 1_000, error });
      if (error === null) resolve();
      else reject(error);
    }
  }

  /**
   * Bad rows of one member must not fail the others; if the store cannot be written, all of them fail without a retry.
   */
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
      // A single statement is its own transaction.
      if (first !== undefined && executions.length === 1) await this.#execute(first);
      else await this.#options.session.exec(transactionOf(executions));
    } catch (error) {
      await this.#leaveTransaction(executions.length > 1, error);
      throw error;
    }
  }

  /** The rows of an insert are part of its text, so there is nothing that could be prepared once. */
  #execute(execution: Execution): Promise<void> {
    const { statement, rows } = execution;
    const { session } = this.#options;
    return statement.form === 'values' ? session.exec(scriptOf(execution)) : session.run(statement.sql, rows);
  }

  /** Leaves the failed transaction; if that is not certain, the connection is replaced by a new one. */
  async #leaveTransaction(hasBegun: boolean, error: unknown): Promise<void> {
    const isSound = failureKind(error) === 'caller' && (!hasBegun || (await this.#hasRolledBack()));
    if (isSound) return;
    await dropBroken(this.#options.session, this.#options);
  }

  #hasRolledBack(): Promise<boolean> {
    return this.#options.session.run('ROLLBACK').then(
      () => true,
      () => false, // already gone, or stuck: a new connection solves both
    );
  }
}

/**
 * What takes the rows of a caller back. It will write them again in another form: an event under another number, a
 * launch with another id. A command is not repeated; it stays as a whole, for the next host.
 */
function undoOf({ writes, writer }: Member): readonly RowWrite[] {
  return writer === 'command' ? [] : writes.flatMap(({ undo }) => undo?.() ?? []);
}
