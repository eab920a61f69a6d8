/** Upper bounds, in seconds, for durations from a few hundred microseconds to seconds: checks, writes, responses. */
export const SHORT = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * For durations from milliseconds to a minute: launches, which may have to end what the last one left, and adoptions.
 */
export const LONG = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
