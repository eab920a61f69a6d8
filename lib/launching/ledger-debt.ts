import type { Log } from '../ports/log.ts';

const FIRST_RETRY_MS = 250;
const SLOWEST_RETRY_MS = 10_000;

/** One write that the ledger must get, however long its store is away; tried again until it is in. */
export class LedgerDebt {
  readonly #write: () => Promise<void>;
  readonly #paid: () => void;
  readonly #log: Log;
  #attempt: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #retryMs = FIRST_RETRY_MS;
  #isOver = false;

  /** Makes the first attempt; `paid` is called once, when the write is durable. */
  constructor(write: () => Promise<void>, paid: () => void, log: Log) {
    this.#write = write;
    this.#paid = paid;
    this.#log = log;
    this.#begin();
  }

  /** Resolves when the write is durable; rejects when the attempt that this call made or joined failed. */
  pay(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#attempt ??= this.#try();
    return this.#attempt;
  }

  async #try(): Promise<void> {
    try {
      await this.#write();
    } catch (error) {
      this.#attempt = null;
      if (!this.#isOver) this.#retryLater(error);
      throw error;
    }
    if (this.#isOver) return;
    this.#isOver = true;
    this.#paid();
  }

  #retryLater(error: unknown): void {
    this.#log.warn({ err: error, retryMs: this.#retryMs }, 'The end of a launch cannot be written down yet.');
    this.#timer = setTimeout(() => {
      this.#begin();
    }, this.#retryMs).unref();
    this.#retryMs = Math.min(this.#retryMs * 2, SLOWEST_RETRY_MS);
  }

  #begin(): void {
    this.pay().catch(() => undefined); // logged, and tried again
  }

  /** Gives up; the files of the launch still tell the next host. */
  forgive(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
