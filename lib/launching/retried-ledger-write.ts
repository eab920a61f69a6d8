import type { Log } from '../ports/log.ts';
import { RetryingWriter } from '../ports/retrying-writer.ts';
import { wallTimers } from '../ports/wall-timers.ts';

const FIRST_RETRY_MS = 250;
const SLOWEST_RETRY_MS = 10_000;

/** One write that the ledger must get, however long its store is away; tried again until it is in. */
export class RetriedLedgerWrite {
  readonly #writer: RetryingWriter;

  /** Makes the first attempt; `paid` is called once, when the write is durable. */
  constructor(write: () => Promise<void>, onWritten: () => void, log: Log, timers = wallTimers) {
    this.#writer = new RetryingWriter({
      write,
      onWritten: () => {
        this.#writer.close();
        onWritten();
      },
      onFailed: (error, retryMs) => {
        log.warn({ err: error, retryMs }, 'The end of a launch cannot be written down yet.');
      },
      ...{ firstMs: FIRST_RETRY_MS, slowestMs: SLOWEST_RETRY_MS, timers },
    });
    this.#writer.write();
  }

  /** Resolves when the write is durable; rejects when the attempt that this call made or joined failed. */
  writeNow(): Promise<void> {
    return this.#writer.writeNow();
  }

  /** Gives up; the files of the launch still tell the next host. */
  giveUp(): void {
    this.#writer.close();
  }
}
