import type { Instant } from '../model/values/time.ts';
import type { HostLimit, LaneState, TimelineEvent } from '../model/timeline.ts';
import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import type { IdempotencyRecord } from '../model/idempotency.ts';
import type { Intention } from '../model/intention.ts';
import type {
  ConfigRevision,
  ConfigSubject,
  ConfigSubjectKind,
  StoredConfiguration,
} from '../model/configuration/applied.ts';

/** A stored actor: its own snapshot without children, as JSON text. */
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

/** A row that cannot be used, with the reason; stored for a person to inspect. */
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

/** A command to be stored: its intentions and its journal entries, in one transaction. */
export interface IntentionCommit {
  readonly put: readonly Intention[];
  /** Subjects whose intention is deleted. */
  readonly drop: readonly string[];
  readonly journal: readonly JournalEntry[];
  /** The configurations that it applies; one that equals the newest of its subject is left out. */
  readonly configurations?: readonly ConfigurationDraft[];
  /** For a command with an idempotency key. */
  readonly idempotencyRecord?: IdempotencyRecord;
}

/**
 * Stores actors, intentions and the journal. Every write except `quarantine` resolves when it is durable and rejects
 * with StoreUnavailableError.
 */
export interface ActorStore {
  loadActors(): Promise<readonly ActorRow[]>;
  loadIntentions(): Promise<readonly Intention[]>;
  commitActors(commit: ActorCommit): Promise<void>;
  commitIntentions(commit: IntentionCommit): Promise<void>;
  /**
   * Moves actor rows to the quarantine with their reasons; a newer row with the same path stays. Never rejects: an
   * unavailable store must not keep a host from starting, so the move is made once a probe succeeds.
   */
  quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void>;
  /** The highest sequence number ever written; 0 for a new store. */
  lastSeq(): Promise<number>;
  history(query: JournalQuery): Promise<readonly JournalEntry[]>;
  /** The journal by time, for timelines. */
  readonly timeline: TimelineStore;
  /** What is stored for an idempotency key, however old; null: nothing. */
  idempotencyRecord(key: string): Promise<IdempotencyRecord | null>;
  /** Stores an idempotency record, replacing an earlier one with the same key. */
  keepIdempotencyRecord(record: IdempotencyRecord): Promise<void>;
  /**
   * Resolves if the store can be written, rejects with StoreUnavailableError if not. On success, pending moves to the
   * quarantine are written.
   */
  probe(): Promise<void>;
}

/** A configuration to be stored; it gets its number when it is written. */
export type ConfigurationDraft = Omit<StoredConfiguration, 'number'>;

/** Which revisions to read. */
export interface RevisionFilter {
  readonly subject?: ConfigSubject;
  /** Only revisions of this kind of subject. */
  readonly kind?: ConfigSubjectKind;
}

/** The configurations that were applied, as far back as they are stored. Throws StoreUnavailableError. */
export interface ConfigHistory {
  /** Newest first, of those before a number; at most `limit`. */
  page(filter: RevisionFilter, before: number, limit: number): Promise<readonly ConfigRevision[]>;
  one(number: number): Promise<StoredConfiguration | null>;
  /** The newest one of a subject before a number; null: there is none. */
  newestOf(subject: ConfigSubject, before: number): Promise<StoredConfiguration | null>;
  /** The numbers of all that the newest command applied, oldest first. */
  lastApplied(): Promise<readonly number[]>;
  /** The newest revision of each subject. */
  current(): Promise<ReadonlyMap<ConfigSubject, string>>;
}

/** Which events of a timeline to read: those from `since` to `until`, after the last one of the page before. */
export interface TimelinePage {
  readonly since: Instant;
  readonly until: Instant;
  /** Of services only these; empty: all. Events without a service are always included. */
  readonly serviceIds: readonly string[];
  readonly after: Pick<TimelineEvent, 'at' | 'seq'> | null;
  readonly limit: number;
}

/** What is known of a service before an instant. */
export interface EarlierState {
  /** Null: no stored event says it. */
  readonly state: LaneState | null;
  /** Its newest event, whenever that was; null: there is none. */
  readonly newestAt: Instant | null;
}

/** How healthy a host was from an instant on; null: unknown. */
export interface HealthSpan {
  readonly at: Instant;
  readonly status: 'healthy' | 'degraded' | null;
}

/** The journal by time. Throws StoreUnavailableError. */
export interface TimelineStore {
  /** By time, and by number for those of one moment. */
  events(page: TimelinePage): Promise<readonly TimelineEvent[]>;
  /** In the order of the ids. */
  before(since: Instant, serviceIds: readonly string[]): Promise<readonly EarlierState[]>;
  /** When hosts started and ended, in the order of the journal. */
  hostLimits(): Promise<readonly HostLimit[]>;
  /** The health of hosts, in the order of the journal. */
  health(): Promise<readonly HealthSpan[]>;
  /** The instant of the oldest stored event; null: there is none. */
  oldestAt(): Promise<Instant | null>;
}
