import { z } from 'zod';

import type { ConfigRevision, ConfigSubject, StoredConfiguration } from '../model/configuration/applied.ts';
import type { ConfigHistory, RevisionFilter } from '../ports/actor-store.ts';
import type { Cell } from './rows/batch.ts';
import { CONFIG_REVISIONS, configSubject, CONFIGURATIONS } from './rows/configuration-rows.ts';
import type { StoreContext } from './sqlite-actor-store.ts';

const numberRow = z.strictObject({ number: z.int() });
const currentRow = z.strictObject({ subject: configSubject, revision: z.string() });

/** The applied configurations in SQLite. */
export class SqliteConfigHistory implements ConfigHistory {
  readonly #context: Pick<StoreContext, 'reader'>;

  constructor(context: Pick<StoreContext, 'reader'>) {
    this.#context = context;
  }

  page({ subject, kind }: RevisionFilter, before: number, limit: number): Promise<readonly ConfigRevision[]> {
    const conditions: readonly (readonly [sql: string, cell: Cell])[] = [
      ['number < ?', before],
      ...(subject === undefined ? [] : [['subject = ?', subject] as const]),
      ...(kind === undefined ? [] : [['subject GLOB ?', kind === 'host' ? 'host' : `${kind}:*`] as const]),
    ];
    const rest = `WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY number DESC LIMIT ?`;
    return this.#context.reader.read(CONFIG_REVISIONS, rest, [...conditions.map(([, cell]) => cell), limit]);
  }

  one(number: number): Promise<StoredConfiguration | null> {
    return this.#first('WHERE number = ?', [number]);
  }

  newestOf(subject: ConfigSubject, before: number): Promise<StoredConfiguration | null> {
    return this.#first('WHERE subject = ? AND number < ? ORDER BY number DESC LIMIT 1', [subject, before]);
  }

  async lastApplied(): Promise<readonly number[]> {
    const rows = await this.#context.reader.query(`SELECT one.number FROM config_revision AS one,
      (SELECT at, correlation_id FROM config_revision ORDER BY number DESC LIMIT 1) AS newest
      WHERE one.at = newest.at AND one.correlation_id IS newest.correlation_id ORDER BY one.number`);
    return rows.map((row) => numberRow.parse(row).number);
  }

  async current(): Promise<ReadonlyMap<ConfigSubject, string>> {
    // SQLite takes the other columns from the row with the maximum.
    const rows = await this.#context.reader.query(
      'SELECT subject, revision FROM (SELECT subject, revision, max(number) FROM config_revision GROUP BY subject)',
    );
    return new Map(rows.map((row) => currentRow.parse(row)).map(({ subject, revision }) => [subject, revision]));
  }

  async #first(rest: string, parameters: readonly Cell[]): Promise<StoredConfiguration | null> {
    const [found] = await this.#context.reader.read(CONFIGURATIONS, rest, parameters);
    return found ?? null;
  }
}
