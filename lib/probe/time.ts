import type { Timers } from '../ports/clock.ts';
import type { Millis } from '../model/values/time.ts';

/** Monotonic time, independent of changes to the wall clock, with timers. */
export interface SteadyTime extends Timers {
  now(): Millis;
}

/** The time of this process; its timers do not keep the process alive. */
export const processTime: SteadyTime = {
  now: () => performance.now(),
  setTimeout: (wake, ms) => setTimeout(wake, ms).unref(),
  clearTimeout: (timer) => {
    clearTimeout(timer as NodeJS.Timeout); // created by the line above
  },
};
