import type { Millis } from '../model/values/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { IDEMPOTENCY_AGE_MS } from '../model/idempotency.ts';
import { rowFor, type RowWrite, type Table } from './rows/batch.ts';
import { pruneLaunches } from './rows/launch-rows.ts';
import type { WriteQueue } from './write-queue.ts';

/** How much history to keep. */
export interface Retention {
  /** Events of the journal; by default 100,000. */
  readonly journalRows: number;
  /** By default 30 days. */
  readonly journalAgeMs: Millis;
  /** Generations of each service in the launch ledger; a live one is always kept. By default 20. */
  readonly launches: number;
  /** Rows in the quarantine; by default 1000. */
  readonly quarantined: number;
  /** Records of commands with an idempotency key; by default 10,000. */
  readonly idempotencyRecords: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULTS: Retention = {
  journalRows: 100_000,
  journalAgeMs: 30 * DAY_MS,
  launches: 20,
  quarantined: 1000,
  idempotencyRecords: 10_000,
};
const ROWS_BETWEEN = 1000;

// The cost depends on the deleted rows, not on the kept ones; the newest event always stays, since it has the last
// number.
const JOURNAL_ROWS = `DELETE FROM journal WHERE seq <= (SELECT max(seq) FROM journal) - (?1 ->> '$[0][0]')`;
// Up to the oldest event that is young enough, in the order of seq: a clock jump never deletes from the middle.
const JOURNAL_AGE = `DELETE FROM journal
  WHERE seq < (SELECT seq FROM journal WHERE at >= (?1 ->> '$[0][0]') ORDER BY seq LIMIT 1)`;
const QUARANTINE = `DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - (?1 ->> '$[0][0]')`;
const IDEMPOTENCY_ROWS = `DELETE FROM receipt WHERE ordinal <= (SELECT max(ordinal) FROM receipt) - (?1 ->> '$[0][0]')`;
const IDEMPOTENCY_AGE = `DELETE FROM receipt WHERE at < (?1 ->> '$[0][0]')`;

/** Deletes old history from time to time: with the first write after opening, and then about once per 1000 rows. */
export class Pruner {
  readonly #queue: WriteQueue;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #retention: Retention;
  /** The newest generation of each service launched since the last deletion. */
  #generations = new Map<string, number>();
  #rows = ROWS_BETWEEN;

  constructor(queue: WriteQueue, clock: Clock, log: Log, retention: Partial<Retention> = {}) {
    this.#queue = queue;
    this.#clock = clock;
    this.#log = log;
    this.#retention = { ...DEFAULTS, ...retention };
  }

  /** `count` events were written. */
  wroteEvents(count: number): void {
    if (count > 0) this.#wrote(count);
  }

  /** An idempotency record was written. */
  wroteIdempotencyRecord(): void {
    this.#wrote(1);
  }

  /** A launch was written. */
  wroteLaunch(serviceId: string, generation: number): void {
    this.#generations.set(serviceId, generation);
    this.#wrote(1);
  }

  #wrote(rows: number): void {
    this.#rows += rows;
    if (this.#rows < ROWS_BETWEEN) return;
    this.#queue.write(this.#deletions()).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'cannot delete old history; retrying later');
    });
    this.#rows = 0;
    this.#generations = new Map();
  }

  #deletions(): readonly RowWrite[] {
    const { journalRows, journalAgeMs, launches, quarantined, idempotencyRecords } = this.#retention;
    return [
      deletion('journal', JOURNAL_ROWS, journalRows),
      deletion('journal', JOURNAL_AGE, this.#clock.now() - journalAgeMs),
      deletion('quarantine', QUARANTINE, quarantined),
      deletion('receipt', IDEMPOTENCY_ROWS, idempotencyRecords),
      deletion('receipt', IDEMPOTENCY_AGE, this.#clock.now() - IDEMPOTENCY_AGE_MS),
      ...[...this.#generations].map(([serviceId, generation]) => pruneLaunches(serviceId, generation - launches)),
    ];
  }
}

function deletion(table: Table, sql: string, bound: number): RowWrite {
  return rowFor({ table, sql }, 'all', [bound]);
}
