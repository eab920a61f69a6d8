import { z } from 'zod';

import type { Instant } from '../../model/values/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SqlSession } from '../connection.ts';
import { failureKind, unavailable } from '../failure.ts';
import type { WriteQueue } from '../write-queue.ts';
import { inserter, rowFor, type Cell, type RowWrite, type Table } from './batch.ts';

const intoQuarantine = inserter('quarantine', ['source', 'reason', 'row', 'at']);

/** A row of `source` that cannot be used, for a person to look at. */
export function quarantineRow(source: Table, row: unknown, reason: string, at: Instant): RowWrite {
  const text = JSON.stringify(row);
  return intoQuarantine(text, { source, reason, row: text, at });
}

/** Takes a row out of its table. */
function deleteByRowid(table: Table, rowid: number): RowWrite {
  const sql = `DELETE FROM ${table} WHERE rowid IN (SELECT value ->> 0 FROM json_each(?1))`;
  return rowFor({ table, sql }, rowid, [rowid]);
}

/** Where rows of one kind come from, and what they must look like. */
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

const rowidOf = z.looseObject({ rowid: z.number() });

/** Reads on a connection of its own, so that no reader waits for a writer; validates each row. */
export class RowReader {
  readonly #context: ReaderContext;
  #isClosed = false;

  constructor(context: ReaderContext) {
    this.#context = context;
  }

  /**
   * The rows that `rest` (from WHERE or ORDER BY on) selects. A row of a wrong shape is moved to the quarantine with the
   * reason, and the others are read again without it.
   */
  async read<T>(source: RowSource<T>, rest: string, parameters: readonly Cell[] = []): Promise<readonly T[]> {
    const good: T[] = [];
    const bad: BadRow[] = [];
    for (const selected of await this.query(
      `SELECT rowid AS rowid, ${source.columns} FROM ${source.table} ${rest}`,
      parameters,
    )) {
      const { rowid, ...row } = rowidOf.parse(selected);
      const result = source.shape.safeParse(row);
      if (result.success) good.push(result.data);
      else bad.push({ rowid, row, reason: z.prettifyError(result.error) });
    }
    if (bad.length === 0 || !(await this.#quarantine(source.table, bad))) return good;
    return await this.read(source, rest, parameters);
  }

  /** Raw rows. Rejects with StoreUnavailableError. */
  async query(sql: string, parameters: readonly Cell[] = []): Promise<readonly unknown[]> {
    const { session, file, log } = this.#context;
    if (this.#isClosed) throw unavailable(file, 'read', new Error('it is closed'));
    try {
      return await session.all(sql, ...parameters);
    } catch (error) {
      if (failureKind(error) !== 'caller') {
        await session.drop().catch((closing: unknown) => {
          log.error({ err: closing, file }, 'A connection to the store could not be closed.');
        });
      }
      throw unavailable(file, 'read', error);
    }
  }

  /** Every later read is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#context.session.drop();
  }

  /** False when the rows had to stay where they are: a store that cannot be written can still be read. */
  async #quarantine(table: Table, bad: readonly BadRow[]): Promise<boolean> {
    const { queue, clock, log } = this.#context;
    for (const { row, reason } of bad) log.error({ table, row, reason }, 'A row of the store cannot be used.');
    const at = clock.now();
    const moves = bad.flatMap(({ rowid, row, reason }) => [
      quarantineRow(table, row, reason, at),
      deleteByRowid(table, rowid),
    ]);
    return await queue.write(moves).then(
      () => true,
      (error: unknown) => {
        log.error({ err: error, table }, 'Rows that cannot be used could not be moved to the quarantine.');
        return false;
      },
    );
  }
}

/** Text that holds JSON of this shape. */
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
