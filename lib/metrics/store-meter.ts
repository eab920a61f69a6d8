import { Counter, Histogram, type Registry } from 'prom-client';
import type { JournalEntry } from '../model/journal.ts';
import type { ActorCommit, ActorStore, WishCommit } from '../ports/actor-store.ts';
import { WatchedStore, type Watch } from '../ports/store-decorators.ts';
import { SHORT } from './buckets.ts';

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

  readonly measured: Watch = async (writer, write) => {
    const begunAt = performance.now();
    try {
      await write();
    } catch (error) {
      this.#failures.inc({ writer });
      throw error;
    }
    this.#duration.observe({ writer }, (performance.now() - begunAt) / 1_000);
  };
}

/** A store whose writes are measured and whose facts are counted once they are written down. */
export class MeteredStore extends WatchedStore {
  readonly #written: (facts: readonly JournalEntry[]) => void;

  constructor(store: ActorStore, meter: StoreMeter, written: (facts: readonly JournalEntry[]) => void) {
    super(store, meter.measured);
    this.#written = written;
  }

  override async commitActors(commit: ActorCommit): Promise<void> {
    await super.commitActors(commit);
    this.#written(commit.journal);
  }

  override async commitWishes(commit: WishCommit): Promise<void> {
    await super.commitWishes(commit);
    this.#written(commit.journal);
  }
}
