import type { Millis } from '../model/values/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { IDEMPOTENCY_AGE_MS } from '../model/idempotency.ts';
import type { JournalEntry } from '../model/journal.ts';
import { rowFor, type RowWrite, type Table } from './rows/batch.ts';
import type { ConfigSubject } from '../model/configuration/applied.ts';
import { EventCondenser, type EventSubject } from './rows/condensed-events.ts';
import { pruneConfigurations } from './rows/configuration-rows.ts';
import { pruneLaunches } from './rows/launch-rows.ts';
import type { WriteQueue } from './write-queue.ts';

/** How much history to keep. */
export interface Retention {
  /** Events of the journal; by default 250,000. */
  readonly journalRows: number;
  /** Events of a service, or of an agent itself, that are never condensed: the newest ones. By default 300. */
  readonly uncondensed: number;
  /** By default 30 days. */
  readonly journalAgeMs: Millis;
  /** Generations of each service in the launch ledger; a live one is always kept. By default 20. */
  readonly launches: number;
  /** Rows in the quarantine; by default 1000. */
  readonly quarantined: number;
  /** Records of commands with an idempotency key; by default 10,000. */
  readonly idempotencyRecords: number;
  /** Applied configurations of the host, and of each agent and shared coreio; by default 50. */
  readonly configurations: number;
  /** The same of all of them together; by default 5000. */
  readonly allConfigurations: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULTS: Retention = {
  journalRows: 250_000,
  uncondensed: 300,
  journalAgeMs: 30 * DAY_MS,
  launches: 20,
  quarantined: 1000,
  idempotencyRecords: 10_000,
  configurations: 50,
  allConfigurations: 5_000,
};
const ROWS_BETWEEN = 1000;
/** A subject is condensed after this many more events. */
const EVENTS_BETWEEN = 100;

// Numbers are missing where events were condensed, so rows are counted, in the smallest index. The newest event always
// stays, since it has the last number.
const JOURNAL_ROWS = `DELETE FROM journal WHERE seq IN
  (SELECT seq FROM journal ORDER BY seq LIMIT max(0, (SELECT count(*) FROM journal) - (?1 ->> '$[0][0]')))`;
// Up to the oldest event that is young enough, in the order of seq: a clock jump never deletes from the middle.
const JOURNAL_AGE = `DELETE FROM journal
  WHERE seq < (SELECT seq FROM journal WHERE +at >= (?1 ->> '$[0][0]') ORDER BY seq LIMIT 1)`;
const QUARANTINE = `DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - (?1 ->> '$[0][0]')`;
const CONFIGURATIONS = `DELETE FROM config_revision WHERE number IN
  (SELECT number FROM config_revision ORDER BY number DESC LIMIT -1 OFFSET (?1 ->> '$[0][0]'))`;
const IDEMPOTENCY_ROWS = `DELETE FROM receipt WHERE ordinal <= (SELECT max(ordinal) FROM receipt) - (?1 ->> '$[0][0]')`;
const IDEMPOTENCY_AGE = `DELETE FROM receipt WHERE at < (?1 ->> '$[0][0]')`;

/** Deletes old history from time to time: with the first write after opening, and then about once per 1000 rows. */
export class Pruner {
  readonly #queue: WriteQueue;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #retention: Retention;
  readonly #condenser: EventCondenser;
  /** The newest generation of each service launched since the last deletion. */
  #generations = new Map<string, number>();
  /** How many events of each subject were written since it was condensed, by its kind and id. */
  readonly #events = new Map<string, number>();
  #rows = ROWS_BETWEEN;

  constructor(queue: WriteQueue, clock: Clock, log: Log, retention: Partial<Retention> = {}) {
    this.#queue = queue;
    this.#clock = clock;
    this.#log = log;
    this.#retention = { ...DEFAULTS, ...retention };
    this.#condenser = new EventCondenser(this.#retention.uncondensed);
  }

  /** These events were written. */
  wroteEvents(entries: readonly Pick<JournalEntry, 'serviceId' | 'agentId'>[]): void {
    const full = new Map<string, EventSubject>();
    for (const entry of entries) {
      const subject = subjectOf(entry);
      if (subject === null) continue;
      const key = JSON.stringify(subject);
      const count = (this.#events.get(key) ?? 0) + 1;
      this.#events.set(key, count);
      if (count >= EVENTS_BETWEEN) full.set(key, subject);
    }
    for (const key of full.keys()) this.#events.delete(key);
    if (full.size > 0) this.#delete(this.#condenser.writesFor([...full.values()]));
    if (entries.length > 0) this.#wrote(entries.length);
  }

  /** An idempotency record was written. */
  wroteIdempotencyRecord(): void {
    this.#wrote(1);
  }

  /** Configurations of these subjects were written. */
  wroteConfigurations(subjects: readonly ConfigSubject[]): void {
    if (subjects.length === 0) return;
    const { configurations, allConfigurations } = this.#retention;
    this.#delete([
      ...subjects.map((subject) => pruneConfigurations(subject, configurations)),
      deletion('config_revision', CONFIGURATIONS, allConfigurations),
    ]);
  }

  /** A launch was written. */
  wroteLaunch(serviceId: string, generation: number): void {
    this.#generations.set(serviceId, generation);
    this.#wrote(1);
  }

  #wrote(rows: number): void {
    this.#rows += rows;
    if (this.#rows < ROWS_BETWEEN) return;
    this.#delete(this.#deletions());
    this.#rows = 0;
    this.#generations = new Map();
  }

  #delete(deletions: readonly RowWrite[]): void {
    this.#queue.write(deletions).catch((error: unknown) => {
      this.#log.warn({ err: error }, 'cannot delete old history; retrying later');
    });
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

/** Whose event it is: an event of a service also names its agent. */
function subjectOf({ serviceId, agentId }: Pick<JournalEntry, 'serviceId' | 'agentId'>): EventSubject | null {
  if (serviceId !== null) return { serviceId };
  return agentId === null ? null : { agentId };
}

function deletion(table: Table, sql: string, bound: number): RowWrite {
  return rowFor({ table, sql }, 'all', [bound]);
}
