import { z } from 'zod';

import type { IdempotencyRecord } from '../model/idempotency.ts';
import type { Intention } from '../model/intention.ts';
import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import type { Instant } from '../model/values/time.ts';
import type {
  ActorCommit,
  ActorRow,
  ActorStore,
  QuarantinedRow,
  IntentionCommit,
  TimelineStore,
} from '../ports/actor-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Pruner } from './retention.ts';
import { ACTORS, displaceActor, removeActor, upsertActor } from './rows/actor-rows.ts';
import { inserter } from './rows/batch.ts';
import { appendConfiguration } from './rows/configuration-rows.ts';
import { putIdempotencyRecord, IDEMPOTENCY_RECORDS } from './rows/idempotency-rows.ts';
import { appendEvent, EVENTS, selectionOf } from './rows/journal-rows.ts';
import { quarantineRow, type RowReader } from './rows/row-reader.ts';
import { dropIntention, putIntention, INTENTIONS, PINS } from './rows/intention-rows.ts';
import type { StoreFiles } from './store-files.ts';
import { SqliteTimeline } from './timeline/sqlite-timeline.ts';
import type { WriteQueue } from './write-queue.ts';

const probeRow = inserter('probe', ['id', 'at'], 'ON CONFLICT (id) DO UPDATE SET at = excluded.at');
/** The result of a query for the number of an event. */
export const seqRow = z.object({ seq: z.int() });

/** What the stores on one database share. */
export interface StoreContext {
  readonly files: StoreFiles;
  readonly queue: WriteQueue;
  readonly reader: RowReader;
  readonly pruner: Pruner;
  readonly clock: Clock;
  readonly log: Log;
}

/** Actors, intentions and the journal in SQLite. */
export class SqliteActorStore implements ActorStore {
  readonly timeline: TimelineStore;
  readonly #context: StoreContext;
  /** Rows that could not be quarantined yet. */
  #unquarantined: readonly QuarantinedRow[] = [];

  constructor(context: StoreContext) {
    this.#context = context;
    this.timeline = new SqliteTimeline(context.reader);
  }

  loadActors(): Promise<readonly ActorRow[]> {
    return this.#context.reader.read(ACTORS, 'ORDER BY ordinal');
  }

  async loadIntentions(): Promise<readonly Intention[]> {
    const { reader } = this.#context;
    return [...(await reader.read(INTENTIONS, 'ORDER BY ordinal')), ...(await reader.read(PINS, 'ORDER BY subject'))];
  }

  /** Removals come first: a path that is both removed and inserted is a new actor. */
  async commitActors({ upserts, removals, journal, updatedAt }: ActorCommit): Promise<void> {
    await this.#context.queue.write(
      [...removals.map(removeActor), ...upserts.map((row) => upsertActor(row, updatedAt)), ...journal.map(appendEvent)],
      'flush',
    );
    this.#wrote(journal);
  }

  /** Drops come first: a subject that is both dropped and inserted is a new one. */
  async commitIntentions({
    put,
    drop,
    journal,
    configurations = [],
    idempotencyRecord,
  }: IntentionCommit): Promise<void> {
    const idempotencyRows = idempotencyRecord === undefined ? [] : [putIdempotencyRecord(idempotencyRecord)];
    await this.#context.queue.write(
      [
        ...drop.map(dropIntention),
        ...put.map(putIntention),
        ...journal.map(appendEvent),
        ...configurations.map(appendConfiguration),
        ...idempotencyRows,
      ],
      'command',
    );
    this.#wrote(journal);
    this.#context.pruner.wroteConfigurations(configurations.map(({ subject }) => subject));
  }

  async quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void> {
    const { queue, log } = this.#context;
    const moves = rows.flatMap(({ row, reason }) => [
      quarantineRow('actor_snapshot', row, reason, at),
      displaceActor(row),
    ]);
    try {
      await queue.write(moves, 'quarantine');
    } catch (error) {
      this.#unquarantined = [...this.#unquarantined, ...rows];
      log.error({ err: error, rows: rows.length }, 'cannot move unusable rows to the quarantine; retrying');
    }
  }

  /** In the meantime an old row may have been replaced by a new one, which is left alone. */
  #quarantineAgain(): void {
    const rows = this.#unquarantined;
    this.#unquarantined = [];
    if (rows.length > 0) void this.quarantine(rows, this.#context.clock.now()); // never rejects
  }

  async lastSeq(): Promise<number> {
    const rows = await this.#context.reader.query('SELECT coalesce(max(seq), 0) AS seq FROM journal');
    const { seq } = seqRow.parse(rows[0]);
    this.#context.files.wrote(seq);
    return seq;
  }

  history(query: JournalQuery): Promise<readonly JournalEntry[]> {
    const { rest, parameters } = selectionOf(query);
    return this.#context.reader.read(EVENTS, rest, parameters);
  }

  async idempotencyRecord(key: string): Promise<IdempotencyRecord | null> {
    const [found] = await this.#context.reader.read(IDEMPOTENCY_RECORDS, 'WHERE key = ?', [key]);
    return found ?? null;
  }

  async keepIdempotencyRecord(idempotencyRecord: IdempotencyRecord): Promise<void> {
    await this.#context.queue.write([putIdempotencyRecord(idempotencyRecord)], 'command');
    this.#context.pruner.wroteIdempotencyRecord();
  }

  async probe(): Promise<void> {
    const { queue, clock } = this.#context;
    await queue.write([probeRow(1, { id: 1, at: clock.now() })]);
    this.#quarantineAgain();
  }

  #wrote(journal: readonly JournalEntry[]): void {
    const newest = journal.at(-1);
    if (newest !== undefined) this.#context.files.wrote(newest.seq);
    this.#context.pruner.wroteEvents(journal);
  }
}
