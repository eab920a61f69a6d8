import type { Log } from '../ports/log.ts';
import { RetryingWriter } from '../ports/retrying-writer.ts';
import { wallTimers } from '../ports/wall-timers.ts';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;

/** A write that the ledger must receive, however long the store is unavailable; repeated until it succeeds. */
export class RetriedLedgerWrite {
  readonly #writer: RetryingWriter;

  /** Makes the first attempt; `onWritten` is called once, when the write is durable. */
  constructor(write: () => Promise<void>, onWritten: () => void, log: Log, timers = wallTimers) {
    this.#writer = new RetryingWriter({
      write,
      onWritten: () => {
        this.#writer.close();
        onWritten();
      },
      onFailed: (error, retryMs) => {
        log.warn({ err: error, retryMs }, 'cannot store the end of a launch; retrying');
      },
      ...{ firstMs: FIRST_RETRY_MS, slowestMs: MAX_RETRY_MS, timers },
    });
    this.#writer.write();
  }

  /** Resolves when the write is durable; rejects if the attempt that this call made or joined failed. */
  writeNow(): Promise<void> {
    return this.#writer.writeNow();
  }

  /** Gives up; the next host still learns it from the files of the launch. */
  giveUp(): void {
    this.#writer.close();
  }
}
