import type { Instant } from '../model/time.ts';
import { inserter, rowFor, type RowWrite, type Table } from './batch.ts';

const insert = inserter('quarantine', ['source', 'reason', 'row', 'at']);

/** A row of `source` that cannot be used, for a person to look at. */
export function quarantineRow(source: Table, row: unknown, reason: string, at: Instant): RowWrite {
  const text = JSON.stringify(row);
  return insert(text, { source, reason, row: text, at });
}

/** Takes a row out of its table. */
export function deleteByRowid(table: Table, rowid: number): RowWrite {
  const sql = `DELETE FROM ${table} WHERE rowid IN (SELECT value ->> 0 FROM json_each(?1))`;
  return rowFor({ table, sql }, rowid, [rowid]);
}
