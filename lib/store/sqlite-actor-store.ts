import { z } from 'zod';

import type { Receipt } from '../model/idempotency.ts';
import type { Intention } from '../model/intention.ts';
import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import type { Instant } from '../model/values/time.ts';
import type { ActorCommit, ActorRow, ActorStore, QuarantinedRow, IntentionCommit } from '../ports/actor-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Pruner } from './retention.ts';
import { ACTORS, displaceActor, removeActor, upsertActor } from './rows/actor-rows.ts';
import { inserter } from './rows/batch.ts';
import { appendEvent, EVENTS, selectionOf } from './rows/journal-rows.ts';
import { putReceipt, RECEIPTS } from './rows/receipt-rows.ts';
import { quarantineRow, type RowReader } from './rows/row-reader.ts';
import { dropIntention, putIntention, INTENTIONS } from './rows/intention-rows.ts';
import type { StoreFiles } from './store-files.ts';
import type { WriteQueue } from './write-queue.ts';

const probeRow = inserter('probe', ['id', 'at'], 'ON CONFLICT (id) DO UPDATE SET at = excluded.at');
/** The answer to the question for a number of an event. */
export const seqRow = z.object({ seq: z.int() });

/** What the stores over one database share. */
export interface StoreParts {
  readonly files: StoreFiles;
  readonly queue: WriteQueue;
  readonly reader: RowReader;
  readonly pruner: Pruner;
  readonly clock: Clock;
  readonly log: Log;
}

/** Actors, intentions and the journal in SQLite. */
export class SqliteActorStore implements ActorStore {
  readonly #parts: StoreParts;
  /** Rows that could not be set aside yet. */
  #unquarantined: readonly QuarantinedRow[] = [];

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  loadActors(): Promise<readonly ActorRow[]> {
    return this.#parts.reader.read(ACTORS, 'ORDER BY ordinal');
  }

  loadIntentions(): Promise<readonly Intention[]> {
    return this.#parts.reader.read(INTENTIONS, 'ORDER BY ordinal');
  }

  /** Removals come first: a path that is removed and put is a new actor. */
  async commitActors({ upserts, removals, journal, updatedAt }: ActorCommit): Promise<void> {
    await this.#parts.queue.write(
      [...removals.map(removeActor), ...upserts.map((row) => upsertActor(row, updatedAt)), ...journal.map(appendEvent)],
      'flush',
    );
    this.#wrote(journal);
  }

  /** Drops come first: a subject that is dropped and put is a new one. */
  async commitIntentions({ put, drop, journal, receipt }: IntentionCommit): Promise<void> {
    const receipts = receipt === undefined ? [] : [putReceipt(receipt)];
    await this.#parts.queue.write(
      [...drop.map(dropIntention), ...put.map(putIntention), ...journal.map(appendEvent), ...receipts],
      'command',
    );
    this.#wrote(journal);
  }

  async quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void> {
    const { queue, log } = this.#parts;
    const moves = rows.flatMap(({ row, reason }) => [
      quarantineRow('actor_snapshot', row, reason, at),
      displaceActor(row),
    ]);
    try {
      await queue.write(moves, 'quarantine');
    } catch (error) {
      this.#unquarantined = [...this.#unquarantined, ...rows];
      log.error({ err: error, rows: rows.length }, 'rows that do not fit cannot be set aside yet; trying again');
    }
  }

  /** By now a new row may stand in the place of an old one, which is left alone. */
  #quarantineAgain(): void {
    const rows = this.#unquarantined;
    this.#unquarantined = [];
    if (rows.length > 0) void this.quarantine(rows, this.#parts.clock.now()); // never rejects
  }

  async lastSeq(): Promise<number> {
    const rows = await this.#parts.reader.query('SELECT coalesce(max(seq), 0) AS seq FROM journal');
    const { seq } = seqRow.parse(rows[0]);
    this.#parts.files.wrote(seq);
    return seq;
  }

  history(query: JournalQuery): Promise<readonly JournalEntry[]> {
    const { rest, parameters } = selectionOf(query);
    return this.#parts.reader.read(EVENTS, rest, parameters);
  }

  async receipt(key: string): Promise<Receipt | null> {
    const [found] = await this.#parts.reader.read(RECEIPTS, 'WHERE key = ?', [key]);
    return found ?? null;
  }

  async keepReceipt(receipt: Receipt): Promise<void> {
    await this.#parts.queue.write([putReceipt(receipt)], 'command');
    this.#parts.pruner.wroteReceipt();
  }

  async probe(): Promise<void> {
    const { queue, clock } = this.#parts;
    await queue.write([probeRow(1, { id: 1, at: clock.now() })]);
    this.#quarantineAgain();
  }

  #wrote(journal: readonly JournalEntry[]): void {
    const newest = journal.at(-1);
    if (newest !== undefined) this.#parts.files.wrote(newest.seq);
    this.#parts.pruner.wroteEvents(journal.length);
  }
}
