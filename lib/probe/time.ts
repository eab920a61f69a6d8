import type { Timers } from '../ports/clock.ts';
import type { Millis } from '../model/values/time.ts';

/** Time that only goes forward at its own pace, whatever is done to the wall clock, and timers on it. */
export interface SteadyTime extends Timers {
  now(): Millis;
}

/** The time of this process; its timers keep nothing alive. */
export const processTime: SteadyTime = {
  now: () => performance.now(),
  setTimeout: (wake, ms) => setTimeout(wake, ms).unref(),
  clearTimeout: (timer) => {
    clearTimeout(timer as NodeJS.Timeout); // made by the line above
  },
};
