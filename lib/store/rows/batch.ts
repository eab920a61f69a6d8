/** The tables of the store. No statement touches two of them, so writes to different tables may be reordered. */
export type Table =
  | 'actor_snapshot'
  | 'wish'
  | 'journal'
  | 'launch'
  | 'quarantine'
  | 'probe'
  | 'port'
  | 'receipt'
  | 'webhook'
  | 'webhook_mute'
  | 'config_revision'
  | 'version_pin'
  | 'usage_sample';

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
  /**
   * Identifies the object of the row: SQL guarantees no order within a statement, so one execution contains each key
   * once.
   */
  readonly key: string | number;
  /** The cells as JSON text, created with the write, so that later changes do not affect it. */
  readonly json: string;
  /** Takes it back, whether or not it was carried out; absent: the next write of the same object does. */
  readonly undo?: RowWrite;
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

/**
 * Creates the statement that inserts rows with these columns, and returns a function that creates such a row from named
 * cells.
 */
export function inserter<const Columns extends readonly string[]>(
  table: Table,
  columns: Columns,
  onConflict = '',
): (key: string | number, cells: Readonly<Record<Columns[number], Cell>>) => RowWrite {
  const values = columns.map((_, index) => `value ->> ${index}`).join(', ');
  // `WHERE true` shows SQLite's parser that ON CONFLICT does not belong to a join.
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values} FROM json_each(?1) WHERE true ${onConflict}`;
  const statement = { table, sql };
  return (key, cells) => ({
    statement,
    key,
    // map() loses Columns[number] and has plain strings.
    json: JSON.stringify(columns.map((column) => cells[column as Columns[number]])),
  });
}

/** A row for a statement that is not an insert. */
export function rowFor(statement: RowStatement, key: string | number, cells: readonly Cell[]): RowWrite {
  return { statement, key, json: JSON.stringify(cells) };
}

/**
 * The minimal number of executions with the same effect as these rows one after the other: adjacent rows of a table
 * share a statement as long as no key is repeated.
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

/**
 * One transaction as a script: SQLite runs it in one turn of its thread, where a call for each statement takes one turn
 * each. The rows stand in it as literals; JSON text contains no NUL character, which could not be in one.
 */
export function transactionOf(executions: readonly Execution[]): string {
  const statements = executions.map(({ sql, rows }) => {
    const literal = `'${rows.replaceAll("'", "''")}'`;
    return sql.replaceAll('?1', () => literal); // a function: "$&" in the rows must stay as it is
  });
  return ['BEGIN IMMEDIATE', ...statements, 'COMMIT'].join(';\n');
}
