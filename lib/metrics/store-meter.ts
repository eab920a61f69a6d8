import { Counter, Histogram, type Registry } from 'prom-client';
import type { StoreWrite } from '../ports/store-writes.ts';
import { SHORT } from './buckets.ts';

/** Measures writes to the store. */
export class StoreMeter {
  readonly #duration: Histogram<'writer'>;
  readonly #failures: Counter<'writer'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#duration = new Histogram({
      name: 'coredinator_store_write_duration_seconds',
      help: 'Time until a write was durable, by writer: the recorder (flush), a command (intention), a launch (ledger), a row put into quarantine (quarantine).',
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
    for (const writer of ['flush', 'command', 'ledger', 'quarantine'] as const) this.#failures.inc({ writer }, 0);
  }

  wrote({ writer, seconds, error }: StoreWrite): void {
    if (error === null) this.#duration.observe({ writer }, seconds);
    else this.#failures.inc({ writer });
  }
}
