import type { Instant } from '../model/values/time.ts';
import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import type { IdempotencyRecord } from '../model/idempotency.ts';
import type { Intention } from '../model/intention.ts';

/** One actor as it is kept: its own snapshot without children, as JSON text. */
export interface ActorRow {
  /** Unique; for a child of the root its actor id (`service:pump1-corerl`), for the root `root`. Has no slash. */
  readonly path: string;
  readonly id: string;
  /** The path of the parent; null for the root. */
  readonly parent: string | null;
  /** The name of the logic in the parent's `setup({ actors })`. */
  readonly src: string;
  readonly systemId: string | null;
  /** The version of the machine that wrote it. */
  readonly version: string;
  /** The public (top-level) state, for people who read the table. */
  readonly state: string;
  readonly snapshot: string;
}

/** A row that cannot be used, with the reason; kept for a person to look at. */
export interface QuarantinedRow {
  readonly row: ActorRow;
  readonly reason: string;
}

/** What one tick changed; written in one transaction. */
export interface ActorCommit {
  readonly upserts: readonly ActorRow[];
  readonly removals: readonly string[];
  readonly journal: readonly JournalEntry[];
  readonly updatedAt: Instant;
}

/** A command as it is made durable: its intentions and its journal entries, in one transaction. */
export interface IntentionCommit {
  readonly put: readonly Intention[];
  /** Subjects whose intention is forgotten. */
  readonly drop: readonly string[];
  readonly journal: readonly JournalEntry[];
  /** Of a command that came with an idempotency key. */
  readonly idempotencyRecord?: IdempotencyRecord;
}

/** Actors, intentions and the journal. Every write but one resolves when it is durable and rejects with StoreUnavailableError. */
export interface ActorStore {
  loadActors(): Promise<readonly ActorRow[]>;
  loadIntentions(): Promise<readonly Intention[]>;
  commitActors(commit: ActorCommit): Promise<void>;
  commitIntentions(commit: IntentionCommit): Promise<void>;
  /**
   * Takes rows out of the actors and keeps them with their reasons; a newer row of the same path stays. Never rejects: what cannot be
   * written now must not keep a host from coming up, and is written when a probe finds the store back.
   */
  quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void>;
  /** The highest sequence number ever written; 0 for a new store. */
  lastSeq(): Promise<number>;
  history(query: JournalQuery): Promise<readonly JournalEntry[]>;
  /** What is kept under an idempotency key, however old; null: nothing. */
  idempotencyRecord(key: string): Promise<IdempotencyRecord | null>;
  /** Puts an idempotency record, or replaces the one of that key. */
  keepIdempotencyRecord(record: IdempotencyRecord): Promise<void>;
  /**
   * Resolves when the store can be written, rejects with StoreUnavailableError when it cannot. When it can, what could not be set aside
   * before is written.
   */
  probe(): Promise<void>;
}
