import type { Millis } from '../model/values/time.ts';
import type { Timers } from './clock.ts';

/** What is written, and who is told how it goes. */
export interface RetryingWriterOptions {
  /** Makes one attempt; rejects when it failed. */
  readonly write: () => Promise<void>;
  /** Told when an attempt went through, unless the writer was closed meanwhile. */
  readonly onWritten: () => void;
  /** Told when an attempt failed that is made again after `retryMs`. */
  readonly onFailed: (error: unknown, retryMs: Millis) => void;
  /** The wait after the first failure; each further one doubles it. */
  readonly firstMs: Millis;
  readonly slowestMs: Millis;
  readonly timers: Timers;
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'writing'; readonly attempt: Promise<void> }
  | { readonly type: 'waiting'; readonly timer: unknown }
  | { readonly type: 'closed' };

/** Makes one attempt at a time to write something, and after one that failed further ones, ever more slowly, until one goes through. */
export class RetryingWriter {
  readonly #options: RetryingWriterOptions;
  #state: State = { type: 'idle' };
  #failures = 0;

  constructor(options: RetryingWriterOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#state.type === 'closed';
  }

  /** Begins an attempt, unless one is under way or waits for its time. */
  write(): void {
    if (this.#state.type === 'idle') void this.writeNow();
  }

  /** Somebody else met a failure: waits as after one of its own, unless an attempt is under way or waits for its time. */
  writeLater(): void {
    if (this.#state.type !== 'idle') return;
    this.#failures = Math.max(this.#failures, 1);
    this.#wait();
  }

  /** An attempt that waits for its time begins now. */
  retryNow(): void {
    if (this.#state.type === 'waiting') void this.writeNow();
  }

  /** Begins an attempt now or joins the one under way; resolves and rejects with it. A closed writer writes nothing. */
  writeNow(): Promise<void> {
    const state = this.#state;
    if (state.type === 'closed') return Promise.resolve();
    if (state.type === 'writing') return state.attempt;
    if (state.type === 'waiting') this.#options.timers.clearTimeout(state.timer);
    const attempt = this.#options.write();
    this.#state = { type: 'writing', attempt };
    attempt.then(
      () => {
        this.#succeeded();
      },
      (error: unknown) => {
        this.#failed(error);
      },
    );
    return attempt;
  }

  /** All is well again: the next failure counts as the first one. */
  reset(): void {
    this.#failures = 0;
  }

  /** Makes no further attempt; one under way goes on, and nobody but those who wait for it is told. */
  close(): void {
    if (this.#state.type === 'waiting') this.#options.timers.clearTimeout(this.#state.timer);
    this.#state = { type: 'closed' };
  }

  #succeeded(): void {
    if (this.isClosed) return;
    this.#state = { type: 'idle' };
    this.#options.onWritten();
  }

  #failed(error: unknown): void {
    if (this.isClosed) return;
    this.#failures += 1;
    this.#options.onFailed(error, this.#wait());
  }

  /** Gives the wait that it begins. */
  #wait(): Millis {
    const { firstMs, slowestMs, timers } = this.#options;
    const retryMs = Math.min(firstMs * 2 ** (this.#failures - 1), slowestMs);
    const timer = timers.setTimeout(() => {
      this.retryNow();
    }, retryMs);
    this.#state = { type: 'waiting', timer };
    return retryMs;
  }
}
