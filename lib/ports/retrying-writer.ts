import type { Millis } from '../model/values/time.ts';
import type { Timers } from './clock.ts';

export interface RetryingWriterOptions {
  /** Makes one attempt; rejects if it fails. */
  readonly write: () => Promise<void>;
  /** Called after a successful attempt, unless the writer was closed in the meantime. */
  readonly onWritten: () => void;
  /** Called after a failed attempt that is retried after `retryMs`. */
  readonly onFailed: (error: unknown, retryMs: Millis) => void;
  /** The delay after the first failure; each further failure doubles it. */
  readonly firstMs: Millis;
  readonly slowestMs: Millis;
  readonly timers: Timers;
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'writing'; readonly attempt: Promise<void> }
  | { readonly type: 'waiting'; readonly timer: unknown }
  | { readonly type: 'closed' };

/** Writes with one attempt at a time and retries failures with growing delays until an attempt succeeds. */
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

  /** Starts an attempt, unless one is running or scheduled. */
  write(): void {
    if (this.#state.type === 'idle') void this.writeNow();
  }

  /** Schedules an attempt as after a failure, unless one is running or scheduled. */
  writeLater(): void {
    if (this.#state.type !== 'idle') return;
    this.#failures = Math.max(this.#failures, 1);
    this.#wait();
  }

  /** Makes a scheduled attempt now. */
  retryNow(): void {
    if (this.#state.type === 'waiting') void this.writeNow();
  }

  /** Starts an attempt now or joins the running one; settles with it. A closed writer writes nothing. */
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

  /** Resets the delay: the next failure counts as the first. */
  reset(): void {
    this.#failures = 0;
  }

  /** Makes no further attempts. A running one continues, but only those waiting for it learn its result. */
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

  /** Starts a delay and returns its length. */
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
