import type { Instant } from '../model/values/time.ts';

/** The wall clock, and the random numbers that spread retries. */
export interface Clock {
  now(): Instant;
  /** Uniform in [0, 1). */
  random(): number;
}

/** The timers of the actors; the global ones unless a test controls time. */
export interface Timers {
  setTimeout(wake: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}
