import type { Clock, Timers } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { isAway } from '../api/api-error.ts';
import type { Reachability } from '../api/reachability.ts';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5_000;
const MAX_DOUBLINGS = 5;
/** A longer timer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The host is closing: what was to be done is left to the next one. */
export class Closed extends Error {
  override readonly name = 'Closed';
}

/** For what is left undone when the host closes, and done by the next one. */
export function leave(error: unknown): void {
  if (!(error instanceof Closed)) throw error;
}

export interface AttemptsOptions {
  readonly reach: Reachability;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly log: Log;
}

/** Repeats calls while the API server is away, which must be made however long that takes. */
export class Attempts {
  readonly #options: AttemptsOptions;
  /** Those that wait, each with what wakes it. */
  readonly #waiting = new Set<() => void>();
  /** What ends those that wait for something else. */
  readonly #closers = new Set<() => void>();
  #isClosed = false;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Calls until the API server answers; rejects with its refusal, or with Closed. */
  async untilAnswered<T>(call: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      if (this.#isClosed) throw new Closed();
      try {
        return await call();
      } catch (error) {
        if (!isAway(error)) throw error;
        this.#options.log.debug({ err: error }, 'the API server does not answer; calling again');
      }
      await this.turn(Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, MAX_DOUBLINGS), MAX_WAIT_MS));
    }
  }

  /** Waits so long, or until there is a reason to try now. */
  wait(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const { timers, clock } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        timers.clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = timers.setTimeout(done, ms * (0.75 + clock.random() / 4));
      this.#waiting.add(done);
    });
  }

  /** Whether `done` resolves within exactly so long. Rejects with Closed. */
  isWithin(ms: number, done: Promise<unknown>): Promise<boolean> {
    const { timers } = this.#options;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        timers.clearTimeout(timer);
        this.#closers.delete(closed);
        settle();
      };
      const timer = timers.setTimeout(
        () => {
          end(() => {
            resolve(false);
          });
        },
        Math.min(ms, MAX_TIMER_MS),
      );
      const closed = (): void => {
        end(() => {
          reject(new Closed());
        });
      };
      if (this.#isClosed) closed();
      else this.#closers.add(closed);
      void done.then(() => {
        end(() => {
          resolve(true);
        });
      });
    });
  }

  /** Waits so long before the next call, and while the API server is away until it answers. */
  async turn(ms: number): Promise<void> {
    await this.wait(ms);
    await this.#options.reach.answered();
  }

  /** The API server does not answer. */
  away(): void {
    this.#options.reach.away();
  }

  /** The API server answers again. */
  hurry(): void {
    this.#options.reach.back();
    for (const wake of [...this.#waiting]) wake();
  }

  close(): void {
    this.#isClosed = true;
    this.hurry();
    for (const close of [...this.#closers]) close();
  }
}
