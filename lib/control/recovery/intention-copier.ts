import type { Timers } from '../../ports/clock.ts';
import type { HostFiles } from '../../ports/host-files.ts';
import type { Log } from '../../ports/log.ts';
import { RetryingWriter } from '../../ports/retrying-writer.ts';
import type { Intentions } from '../intentions.ts';

/** The maximum time until a change is in the copy. */
const DELAY_MS = 1_000;
const SLOWEST_RETRY_MS = 10_000;

export interface IntentionCopierContext {
  readonly files: Pick<HostFiles, 'writeIntentions'>;
  readonly intentions: Intentions;
  /** The newest durable event. */
  readonly newest: () => number;
  readonly timers: Timers;
  readonly log: Log;
}

/** Keeps a copy of the intentions outside of the database, in case that is lost. No command waits for it. */
export class IntentionCopier {
  readonly #writer: RetryingWriter;
  readonly #intentions: Intentions;
  #written: number;

  constructor({ files, intentions, newest, timers, log }: IntentionCopierContext) {
    this.#intentions = intentions;
    this.#written = intentions.revision - 1; // the copy of the last host may be older
    this.#writer = new RetryingWriter({
      write: async () => {
        const { revision } = intentions;
        await files.writeIntentions({ seq: newest(), intentions: intentions.all() });
        this.#written = revision;
      },
      onWritten: () => {
        this.changed();
      },
      onFailed: (error) => {
        log.warn({ err: error }, 'the copy of the intentions cannot be written; trying again');
      },
      ...{ firstMs: DELAY_MS, slowestMs: SLOWEST_RETRY_MS, timers },
    });
    intentions.watch(() => {
      this.changed();
    });
    this.changed();
  }

  /** Schedules a write, unless the copy is current or a write is scheduled. */
  changed(): void {
    if (this.#written !== this.#intentions.revision) this.#writer.writeLater();
  }

  /** Writes the last changes. A failure has no effect: the next host has the database. */
  async close(): Promise<void> {
    if (this.#written !== this.#intentions.revision) await this.#writer.writeNow().catch(() => undefined);
    this.#writer.close();
  }
}
