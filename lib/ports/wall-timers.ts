import type { Timers } from './clock.ts';

/** Timers in real time that do not keep the process alive. */
export const wallTimers: Timers = {
  setTimeout: (wake, ms) => setTimeout(wake, ms).unref(),
  clearTimeout: (timer) => {
    clearTimeout(timer as NodeJS.Timeout); // returned by setTimeout above
  },
};

/** The same that keep it alive, for what somebody waits for. */
export const holdingTimers: Timers = { ...wallTimers, setTimeout: (wake, ms) => setTimeout(wake, ms) };
