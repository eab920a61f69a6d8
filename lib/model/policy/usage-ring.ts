import type { Millis } from '../values/time.ts';

/** How long samples of the resource usage of services are kept. */
export const USAGE_KEPT_MS: Millis = 24 * 60 * 60 * 1000;

export const SAMPLE_MS: Millis = 60_000;

/** So many samples a minute are stored at most, which bounds all of a day: 720,000. */
const SAMPLES_A_MINUTE = 500;

/** How many minutes lie between the samples of each service, where this many services have a process. */
export function minutesBetweenSamples(services: number): number {
  return Math.max(1, Math.ceil(services / SAMPLES_A_MINUTE));
}
