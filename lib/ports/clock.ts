import type { Instant } from '../model/values/time.ts';

/** The wall clock, and the dice that spread retries. */
export interface Clock {
  now(): Instant;
  /** Uniform in [0, 1). */
  random(): number;
}

/** What sets the timers of the actors; the global ones unless a test moves time by hand. */
export interface Timers {
  setTimeout(wake: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}
