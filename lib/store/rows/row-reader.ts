import { z } from 'zod';

import type { Instant } from '../../model/values/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { dropBroken, type SqlSession } from '../connection.ts';
import { failureKind, unavailable } from '../failure.ts';
import type { WriteQueue } from '../write-queue.ts';
import { inserter, rowFor, type Cell, type RowWrite, type Table } from './batch.ts';

const intoQuarantine = inserter('quarantine', ['source', 'reason', 'row', 'at']);

/** A row of `source` that cannot be used, kept for inspection. */
export function quarantineRow(source: Table, row: unknown, reason: string, at: Instant): RowWrite {
  const text = JSON.stringify(row);
  return intoQuarantine(text, { source, reason, row: text, at });
}

/** Deletes a row from its table. */
function deleteByRowid(table: Table, rowid: number): RowWrite {
  const sql = `DELETE FROM ${table} WHERE rowid IN (SELECT value ->> 0 FROM json_each(?1))`;
  return rowFor({ table, sql }, rowid, [rowid]);
}

/** The table, columns and shape of one kind of rows. */
export interface RowSource<T> {
  readonly table: Table;
  readonly columns: string;
  readonly shape: Pick<z.ZodType<T>, 'safeParse'>;
}

interface BadRow {
  readonly rowid: number;
  readonly row: unknown;
  readonly reason: string;
}

interface ReaderContext {
  readonly file: string;
  readonly session: SqlSession;
  readonly queue: WriteQueue;
  readonly clock: Clock;
  readonly log: Log;
}

/** Reads on a separate connection, so that readers do not wait for the writer; validates each row. */
export class RowReader {
  readonly #context: ReaderContext;
  #isClosed = false;

  constructor(context: ReaderContext) {
    this.#context = context;
  }

  /**
   * The rows selected by `rest` (from WHERE or ORDER BY on). A row with a wrong shape is moved to the quarantine with
   * the reason, and the others are read again without it.
   */
  async read<T>(source: RowSource<T>, rest: string, parameters: readonly Cell[] = []): Promise<readonly T[]> {
    const good: T[] = [];
    const bad: BadRow[] = [];
    for (const selected of await this.query(
      `SELECT rowid AS rowid, ${source.columns} FROM ${source.table} ${rest}`,
      parameters,
    )) {
      const { rowid, ...row } = selected as { readonly rowid: number }; // selected here; a rowid is always a number
      const result = source.shape.safeParse(row);
      if (result.success) good.push(result.data);
      else bad.push({ rowid, row, reason: z.prettifyError(result.error) });
    }
    if (bad.length === 0 || !(await this.#quarantine(source.table, bad))) return good;
    return await this.read(source, rest, parameters);
  }

  /** Raw rows. Rejects with StoreUnavailableError. */
  async query(sql: string, parameters: readonly Cell[] = []): Promise<readonly unknown[]> {
    const { session, file } = this.#context;
    if (this.#isClosed) throw unavailable(file, 'read', new Error('it is closed'));
    try {
      return await session.all(sql, ...parameters);
    } catch (error) {
      if (failureKind(error) !== 'caller') await dropBroken(session, this.#context);
      throw unavailable(file, 'read', error);
    }
  }

  /** Closes the connection; later reads are rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#context.session.drop();
  }

  /** False if the rows had to stay in their table: a store that cannot be written can still be read. */
  async #quarantine(table: Table, bad: readonly BadRow[]): Promise<boolean> {
    const { queue, clock, log } = this.#context;
    for (const { row, reason } of bad) log.error({ table, row, reason }, 'a row of the store cannot be used');
    const at = clock.now();
    const moves = bad.flatMap(({ rowid, row, reason }) => [
      quarantineRow(table, row, reason, at),
      deleteByRowid(table, rowid),
    ]);
    return await queue.write(moves).then(
      () => true,
      (error: unknown) => {
        log.error({ err: error, table }, 'cannot move unusable rows to the quarantine');
        return false;
      },
    );
  }
}

/** A text that contains JSON of this shape. */
export function jsonOf<T>(shape: z.ZodType<T>): z.ZodType<T> {
  const json = z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  });
  return json.pipe(shape);
}
