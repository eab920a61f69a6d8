import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import type { IdempotencyRecord } from '../../../lib/model/idempotency.ts';
import type { Intention } from '../../../lib/model/intention.ts';
import type { CommandSource } from '../../../lib/model/command-source.ts';
import type { StoredConfiguration } from '../../../lib/model/configuration/applied.ts';
import type { JournalEntry, JournalQuery } from '../../../lib/model/journal.ts';
import { ALL_EVENTS, matchesFilter } from '../../../lib/model/values/event-filter.ts';
import { storedNamesOf, typeOfRow } from '../../../lib/model/values/event-type.ts';
import type {
  ActorCommit,
  ActorRow,
  ActorStore,
  ConfigHistory,
  IntentionCommit,
  QuarantinedRow,
} from '../../../lib/ports/actor-store.ts';
import type { OnStoreWrite, StoreWriter } from '../../../lib/ports/store-writes.ts';
import { MemoryTimeline } from './memory-timeline.ts';
import { MemoryConfigHistory } from './memory-config-history.ts';

/** An ActorStore without a disk: the test decides when writes fail and how long they take. */
export interface MemoryStore extends ActorStore {
  /** All quarantined rows, in order. */
  readonly quarantined: readonly QuarantinedRow[];
  /** The stored journal, in ascending order of `seq`. */
  readonly journal: readonly JournalEntry[];
  /** The applied configurations. */
  readonly configurations: ConfigHistory;
  /** The number of durable writes (without probes). */
  readonly writes: number;
  /** Called with the result of each write (without probes); initially none. */
  onWrite: OnStoreWrite;
  /** From now on every write and probe rejects with StoreUnavailableError, until {@link heal}. */
  breakDown(reason?: string): void;
  heal(): void;
  /** Deletes the oldest events of the journal, as its retention does. */
  forgetEvents(count: number): void;
  /** From now on writes stay in progress until {@link releaseWrites}; they take effect in the order of their calls. */
  holdWrites(): void;
  releaseWrites(): void;
  /** Another store with what is durable in this one; a write in progress is not in it. Keeps whether writes fail. */
  forked(): MemoryStore;
}

/** The content of a store; maps have their rows in the order of first insertion. */
interface Kept {
  readonly actors: Map<string, ActorRow>;
  readonly intentions: Map<string, Intention>;
  readonly journal: Map<number, JournalEntry>;
  readonly idempotencyRecords: Map<string, IdempotencyRecord>;
  readonly configurations: StoredConfiguration[];
}

class InMemoryActorStore implements MemoryStore {
  readonly timeline: ActorStore['timeline'] = new MemoryTimeline(() => this.journal);
  readonly quarantined: QuarantinedRow[] = [];
  writes = 0;
  onWrite: OnStoreWrite = () => undefined;
  #unquarantined: readonly QuarantinedRow[] = [];
  #kept: Kept = {
    actors: new Map(),
    intentions: new Map(),
    journal: new Map(),
    idempotencyRecords: new Map(),
    configurations: [],
  };
  readonly configurations = new MemoryConfigHistory(() => this.#kept.configurations);
  #lastSeq = 0;
  #failure: string | null = null;
  #gate: Promise<void> = Promise.resolve();
  #open = (): void => undefined;

  get journal(): readonly JournalEntry[] {
    return [...this.#kept.journal.values()].sort((one, other) => one.seq - other.seq);
  }

  loadActors(): Promise<readonly ActorRow[]> {
    return Promise.resolve([...this.#kept.actors.values()].map(copyOf));
  }

  loadIntentions(): Promise<readonly Intention[]> {
    return Promise.resolve(structuredClone([...this.#kept.intentions.values()]));
  }

  commitActors(commit: ActorCommit): Promise<void> {
    const [removals, journal] = structuredClone([commit.removals, commit.journal] as const);
    const upserts = commit.upserts.map(copyOf);
    return this.#write('flush', (kept) => {
      for (const path of removals) kept.actors.delete(path);
      for (const row of upserts) kept.actors.set(row.path, row);
      append(kept, journal);
    });
  }

  commitIntentions(commit: IntentionCommit): Promise<void> {
    const { put, drop, journal, configurations = [], idempotencyRecord } = structuredClone(commit);
    return this.#write('command', (kept) => {
      for (const subject of drop) kept.intentions.delete(subject);
      for (const intention of put) kept.intentions.set(intention.subject, intention);
      append(kept, journal);
      for (const draft of configurations) {
        const newest = kept.configurations.findLast(({ subject }) => subject === draft.subject);
        const number = (kept.configurations.at(-1)?.number ?? 0) + 1;
        if (newest?.revision !== draft.revision) kept.configurations.push({ ...draft, number });
      }
      if (idempotencyRecord !== undefined) kept.idempotencyRecords.set(idempotencyRecord.key, idempotencyRecord);
    });
  }

  idempotencyRecord(key: string): Promise<IdempotencyRecord | null> {
    return Promise.resolve(structuredClone(this.#kept.idempotencyRecords.get(key) ?? null));
  }

  keepIdempotencyRecord(idempotencyRecord: IdempotencyRecord): Promise<void> {
    const copy = structuredClone(idempotencyRecord);
    return this.#write('command', (kept) => {
      kept.idempotencyRecords.set(copy.key, copy);
    });
  }

  quarantine(rows: readonly QuarantinedRow[]): Promise<void> {
    const copy = structuredClone(rows);
    const written = this.#write('quarantine', (kept) => {
      for (const { row } of copy) {
        if (kept.actors.get(row.path)?.snapshot === row.snapshot) kept.actors.delete(row.path);
      }
      this.quarantined.push(...copy);
    });
    return written.catch(() => {
      this.#unquarantined = [...this.#unquarantined, ...copy];
    });
  }

  lastSeq(): Promise<number> {
    return Promise.resolve(this.#lastSeq);
  }

  history(query: JournalQuery): Promise<readonly JournalEntry[]> {
    const journal = query.order === 'newest_first' ? [...this.journal].reverse() : this.journal;
    const found = journal.filter(
      (entry) =>
        entry.seq > query.after &&
        (query.before === undefined || entry.seq < query.before) &&
        (query.correlationId === undefined || entry.correlationId === query.correlationId) &&
        (query.agentId === undefined || entry.agentId === query.agentId) &&
        (query.serviceId === undefined || entry.serviceId === query.serviceId) &&
        (query.type === undefined || storedNamesOf(query.type).includes(entry.type)) &&
        entry.at >= (query.since ?? -Infinity) &&
        entry.at <= (query.until ?? Infinity) &&
        isCommand(entry, query.command) &&
        matchesFilter(query.filter ?? ALL_EVENTS, entry),
    );
    const shown = found.slice(0, query.limit).map((entry) => ({ ...entry, type: typeOfRow(entry.type) }));
    return Promise.resolve(structuredClone(shown));
  }

  async probe(): Promise<void> {
    await this.#gate;
    this.#check();
    const rows = this.#unquarantined;
    this.#unquarantined = [];
    if (rows.length > 0) void this.quarantine(rows);
  }

  breakDown(reason = 'SQLITE_FULL: database or disk is full'): void {
    this.#failure = reason;
  }

  forgetEvents(count: number): void {
    for (const { seq } of this.journal.slice(0, count)) this.#kept.journal.delete(seq);
  }

  heal(): void {
    this.#failure = null;
  }

  holdWrites(): void {
    this.#open();
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  releaseWrites(): void {
    this.#open();
  }

  forked(): MemoryStore {
    const fork = new InMemoryActorStore();
    fork.#kept = this.#kept; // never changed, only replaced
    fork.#lastSeq = this.#lastSeq;
    fork.#failure = this.#failure;
    fork.#unquarantined = this.#unquarantined;
    fork.quarantined.push(...this.quarantined);
    fork.writes = this.writes;
    return fork;
  }

  /** Reports the result of the write before it settles. */
  async #write(writer: StoreWriter, change: (kept: Kept) => void): Promise<void> {
    try {
      await this.#gate;
      this.#commit(change);
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.onWrite({ writer, seconds: 0, error });
      throw error;
    }
    this.onWrite({ writer, seconds: 0, error: null });
  }

  /** Atomic: `change` works on a copy, which then replaces the original. */
  #commit(change: (kept: Kept) => void): void {
    this.#check();
    const { actors, intentions, journal, idempotencyRecords, configurations } = this.#kept;
    const next: Kept = {
      actors: new Map(actors),
      intentions: new Map(intentions),
      journal: new Map(journal),
      idempotencyRecords: new Map(idempotencyRecords),
      configurations: [...configurations],
    };
    change(next);
    this.#kept = next;
    this.#lastSeq = Math.max(this.#lastSeq, ...next.journal.keys());
    this.writes += 1;
  }

  #check(): void {
    if (this.#failure !== null)
      throw new StoreUnavailableError(`The store in memory cannot be written: ${this.#failure}.`);
  }
}

/** The content of a row is text. */
function isCommand({ cause, source }: JournalEntry, command: JournalQuery['command']): boolean {
  if (command === undefined) return true;
  const wanted = Object.entries(command) as [keyof CommandSource, string | null][]; // Object.entries loses the key type
  return cause === 'command' && wanted.every(([name, value]) => source?.[name] === value);
}

function copyOf(row: ActorRow): ActorRow {
  return { ...row };
}

function append(kept: Kept, entries: readonly JournalEntry[]): void {
  for (const entry of entries) {
    if (kept.journal.has(entry.seq)) {
      throw new StoreUnavailableError(`The journal in memory has an entry ${entry.seq} already.`);
    }
    kept.journal.set(entry.seq, entry);
  }
}

/** A new, empty store. */
export function memoryStore(): MemoryStore {
  return new InMemoryActorStore();
}
