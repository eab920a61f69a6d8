/** The tables of the store. No statement touches two of them, so writes to different tables may change places. */
export type Table =
  'actor_snapshot' | 'wish' | 'journal' | 'launch' | 'quarantine' | 'probe' | 'port' | 'receipt' | 'webhook';

/** A value of a column. */
export type Cell = string | number | null;

/** A statement whose only parameter is a JSON array of rows, each an array of cells. */
export interface RowStatement {
  readonly table: Table;
  readonly sql: string;
}

/** One row for one statement. */
export interface RowWrite {
  readonly statement: RowStatement;
  /** Names what the row is about: SQL promises no order within a statement, so one execution takes each key once. */
  readonly key: string | number;
  /** The cells as JSON text: made when the write is asked for, so that it stays what it was. */
  readonly json: string;
}

/** One execution of a statement. */
export interface Execution {
  readonly sql: string;
  readonly rows: string;
}

interface OpenExecution {
  readonly sql: string;
  readonly keys: Set<string | number>;
  readonly rows: string[];
}

/** Makes the statement that inserts rows of these columns, and the function that makes a row for it from named cells. */
export function inserter<const Columns extends readonly string[]>(
  table: Table,
  columns: Columns,
  onConflict = '',
): (key: string | number, cells: Readonly<Record<Columns[number], Cell>>) => RowWrite {
  const values = columns.map((_, index) => `value ->> ${index}`).join(', ');
  // `WHERE true` tells SQLite's parser that ON CONFLICT does not belong to a join.
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values} FROM json_each(?1) WHERE true ${onConflict}`;
  const statement = { table, sql };
  return (key, cells) => ({
    statement,
    key,
    // Columns[number] is lost by map(), which sees plain strings.
    json: JSON.stringify(columns.map((column) => cells[column as Columns[number]])),
  });
}

/** A row for a statement that is not an insert. */
export function rowFor(statement: RowStatement, key: string | number, cells: readonly Cell[]): RowWrite {
  return { statement, key, json: JSON.stringify(cells) };
}

/**
 * The fewest executions that have the same effect as these rows one after the other: neighbours within a table share a
 * statement as long as no key comes twice.
 */
export function planBatch(writes: Iterable<RowWrite>): readonly Execution[] {
  const tables = new Map<Table, OpenExecution[]>();
  for (const { statement, key, json } of writes) {
    let executions = tables.get(statement.table);
    if (executions === undefined) tables.set(statement.table, (executions = []));
    let last = executions.at(-1);
    if (last === undefined || last.sql !== statement.sql || last.keys.has(key)) {
      last = { sql: statement.sql, keys: new Set(), rows: [] };
      executions.push(last);
    }
    last.keys.add(key);
    last.rows.push(json);
  }
  return [...tables.values()].flat().map(({ sql, rows }) => ({ sql, rows: `[${rows.join(',')}]` }));
}
