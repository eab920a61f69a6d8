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

/** A statement for any number of rows. */
export interface RowStatement {
  readonly table: Table;
  /** With `?1` where its rows belong. */
  readonly sql: string;
  /**
   * What stands for `?1`: the rows as SQL has them after VALUES, or (default) a JSON array of rows, each an array of cells. SQLite
   * inserts twice as many rows a second from VALUES as from JSON.
   */
  readonly form?: 'values';
}

/** One row for one statement. */
export interface RowWrite {
  readonly statement: RowStatement;
  /**
   * Identifies the object of the row: SQL guarantees no order within a statement, so one execution contains each key
   * once.
   */
  readonly key: string | number;
  /** The cells in the form of the statement, created with the write, so that later changes do not affect it. */
  readonly text: string;
  /** Takes it back, whether or not it was carried out; absent: the next write of the same object does. */
  readonly undo?: () => RowWrite;
}

/** One execution of a statement. */
export interface Execution {
  readonly statement: RowStatement;
  /** What stands for `?1`. */
  readonly rows: string;
}

interface OpenExecution {
  readonly statement: RowStatement;
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
  const statement = {
    table,
    sql: `INSERT INTO ${table} (${columns.join(', ')}) VALUES ?1 ${onConflict}`,
    form: 'values',
  } as const;
  return (key, cells) => ({
    statement,
    key,
    // map() loses Columns[number] and has plain strings.
    text: `(${columns.map((column) => literal(cells[column as Columns[number]])).join(',')})`,
  });
}

function literal(cell: Cell): string {
  if (typeof cell === 'string') return textLiteral(cell);
  return cell === null || !Number.isFinite(cell) ? 'NULL' : String(cell); // as in JSON
}

/** A NUL character would end the script, so a text that contains one is read from JSON. */
function textLiteral(text: string): string {
  return text.includes('\0') ? `(${quoted(JSON.stringify([text]))} ->> 0)` : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A row for a statement that is not an insert. */
export function rowFor(statement: RowStatement, key: string | number, cells: readonly Cell[]): RowWrite {
  return { statement, key, text: JSON.stringify(cells) };
}

/**
 * The minimal number of executions with the same effect as these rows one after the other: adjacent rows of a table
 * share a statement as long as no key is repeated.
 */
export function planBatch(writes: Iterable<RowWrite>): readonly Execution[] {
  const tables = new Map<Table, OpenExecution[]>();
  for (const { statement, key, text } of writes) {
    let executions = tables.get(statement.table);
    if (executions === undefined) tables.set(statement.table, (executions = []));
    let last = executions.at(-1);
    if (last === undefined || last.statement.sql !== statement.sql || last.keys.has(key)) {
      last = { statement, keys: new Set(), rows: [] };
      executions.push(last);
    }
    last.keys.add(key);
    last.rows.push(text);
  }
  return [...tables.values()].flat().map(({ statement, rows }) => {
    const list = rows.join(',');
    return { statement, rows: statement.form === 'values' ? list : `[${list}]` };
  });
}

/**
 * One transaction as a script: SQLite runs it in one turn of its thread, where a call for each statement takes one turn
 * each.
 */
export function transactionOf(executions: readonly Execution[]): string {
  return ['BEGIN IMMEDIATE', ...executions.map(scriptOf), 'COMMIT'].join(';\n');
}

/** The statement with its rows as literals; JSON text contains no NUL character, which could not be in one. */
export function scriptOf({ statement: { sql, form }, rows }: Execution): string {
  const given = form === 'values' ? rows : quoted(rows);
  return sql.replaceAll('?1', () => given); // a function: "$&" in the rows must stay as it is
}
