import type { Timers } from './clock.ts';

/** Timers of the real time that keep no process up. */
export const wallTimers: Timers = {
  setTimeout: (wake, ms) => setTimeout(wake, ms).unref(),
  clearTimeout: (timer) => {
    clearTimeout(timer as NodeJS.Timeout); // only what setTimeout above gave
  },
};
