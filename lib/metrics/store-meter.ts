import { Counter, Histogram, type Registry } from 'prom-client';
import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import type { LaunchId } from '../model/ids.ts';
import type { ProcessExit } from '../model/process.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Instant } from '../model/time.ts';
import type { Wish } from '../model/wish.ts';
import type { ActorCommit, ActorRow, ActorStore, QuarantinedRow, WishCommit } from '../ports/actor-store.ts';
import type { LaunchEntry, LaunchLedger } from '../ports/launch-ledger.ts';
import { SHORT } from './buckets.ts';

/** Whose write it is: the recorder's flush, a command's wish, an entry of the launch ledger, or a row for the quarantine. */
type Writer = 'flush' | 'wish' | 'ledger' | 'quarantine';

/** Measures writes to the store. */
export class StoreMeter {
  readonly #duration: Histogram<'writer'>;
  readonly #failures: Counter<'writer'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#duration = new Histogram({
      name: 'coredinator_store_write_duration_seconds',
      help: 'How long a write took until it was durable: the recorder (flush), a command (wish), a launch (ledger), a row set aside (quarantine).',
      labelNames: ['writer'],
      buckets: SHORT,
      registers,
    });
    this.#failures = new Counter({
      name: 'coredinator_store_write_failures_total',
      help: 'Writes that the store refused.',
      labelNames: ['writer'],
      registers,
    });
    for (const writer of ['flush', 'wish', 'ledger', 'quarantine'] as const) this.#failures.inc({ writer }, 0);
  }

  async measured(writer: Writer, write: () => Promise<void>): Promise<void> {
    const begunAt = performance.now();
    try {
      await write();
    } catch (error) {
      this.#failures.inc({ writer });
      throw error;
    }
    this.#duration.observe({ writer }, (performance.now() - begunAt) / 1_000);
  }
}

/** A store whose writes are measured and whose facts are counted once they are written down. */
export class MeteredStore implements ActorStore {
  readonly #store: ActorStore;
  readonly #meter: StoreMeter;
  readonly #written: (facts: readonly JournalEntry[]) => void;

  constructor(store: ActorStore, meter: StoreMeter, written: (facts: readonly JournalEntry[]) => void) {
    this.#store = store;
    this.#meter = meter;
    this.#written = written;
  }

  async commitActors(commit: ActorCommit): Promise<void> {
    await this.#meter.measured('flush', () => this.#store.commitActors(commit));
    this.#written(commit.journal);
  }

  async commitWishes(commit: WishCommit): Promise<void> {
    await this.#meter.measured('wish', () => this.#store.commitWishes(commit));
    this.#written(commit.journal);
  }

  quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void> {
    return this.#meter.measured('quarantine', () => this.#store.quarantine(rows, at));
  }

  loadActors(): Promise<readonly ActorRow[]> {
    return this.#store.loadActors();
  }

  loadWishes(): Promise<readonly Wish[]> {
    return this.#store.loadWishes();
  }

  lastSeq(): Promise<number> {
    return this.#store.lastSeq();
  }

  history(query: JournalQuery): Promise<readonly JournalEntry[]> {
    return this.#store.history(query);
  }

  receipt(key: string): Promise<Receipt | null> {
    return this.#store.receipt(key);
  }

  keepReceipt(receipt: Receipt): Promise<void> {
    return this.#meter.measured('wish', () => this.#store.keepReceipt(receipt));
  }

  probe(): Promise<void> {
    return this.#store.probe();
  }
}

/** A ledger whose writes are measured. */
export class MeteredLedger implements LaunchLedger {
  readonly #ledger: LaunchLedger;
  readonly #meter: StoreMeter;

  constructor(ledger: LaunchLedger, meter: StoreMeter) {
    this.#ledger = ledger;
    this.#meter = meter;
  }

  intend(entry: LaunchEntry): Promise<void> {
    return this.#meter.measured('ledger', () => this.#ledger.intend(entry));
  }

  running(launchId: LaunchId, pid: number, startTime: string): Promise<void> {
    return this.#meter.measured('ledger', () => this.#ledger.running(launchId, pid, startTime));
  }

  exited(launchId: LaunchId, exit: ProcessExit): Promise<void> {
    return this.#meter.measured('ledger', () => this.#ledger.exited(launchId, exit));
  }

  revoked(launchId: LaunchId): Promise<void> {
    return this.#meter.measured('ledger', () => this.#ledger.revoked(launchId));
  }

  newest(): Promise<readonly LaunchEntry[]> {
    return this.#ledger.newest();
  }
}
