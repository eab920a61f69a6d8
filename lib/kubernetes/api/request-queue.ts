import type { Timers } from '../../ports/clock.ts';

export interface RequestQueueOptions {
  /** How many requests a second are sent in the long run. */
  readonly perSecond: number;
  /** How many may be sent at once after a quiet time. */
  readonly burst: number;
  readonly timers: Timers;
  /** Milliseconds on a clock that is never set. */
  readonly steadyMs: () => number;
}

/** Lets requests out in order, no faster than the API server is to be asked, and none while it wants none. */
export class RequestQueue {
  readonly #options: RequestQueueOptions;
  readonly #waiting: (() => void)[] = [];
  #tokens: number;
  #countedAt: number;
  #pausedUntil = 0;
  #timer: unknown = null;

  constructor(options: RequestQueueOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#countedAt = options.steadyMs();
  }

  /** Resolves when the caller may send one request. */
  enter(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#release();
    });
  }

  /** Sends nothing for so long. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.steadyMs() + ms);
  }

  close(): void {
    if (this.#timer !== null) this.#options.timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #release(): void {
    if (this.#timer !== null) return;
    this.#count();
    const now = this.#options.steadyMs();
    while (this.#waiting.length > 0 && this.#tokens >= 1 && now >= this.#pausedUntil) {
      this.#tokens -= 1;
      this.#waiting.shift()?.();
    }
    if (this.#waiting.length === 0) return;
    const untilToken = ((1 - this.#tokens) / this.#options.perSecond) * 1_000;
    this.#timer = this.#options.timers.setTimeout(
      () => {
        this.#timer = null;
        this.#release();
      },
      Math.ceil(Math.max(untilToken, this.#pausedUntil - now, 1)),
    );
  }

  #count(): void {
    const { perSecond, burst, steadyMs } = this.#options;
    const now = steadyMs();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#countedAt) / 1_000) * perSecond);
    this.#countedAt = now;
  }
}
