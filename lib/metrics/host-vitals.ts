import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Timers } from '../ports/clock.ts';
import type { HostVitals, Vitals } from '../ports/process-usage.ts';
import { wallTimers } from '../ports/wall-timers.ts';

/** How often the event loop is sampled; every sample wakes the host, so half the interval would cost twice as much. */
export const LOOP_SAMPLE_MS = 50;
const FRESH_MS = 1_000;
/** If nobody reads for this long, the event loop is no longer sampled. */
const UNREAD_MS = 60_000;

interface Previous {
  readonly vitals: Vitals;
  readonly takenAt: number;
}

/**
 * What Node reports about its own process. The event loop is sampled only while somebody reads it: from the first
 * reading, which has no delay yet, until a minute after the last. Its timers do not keep the process alive.
 */
export class NodeVitals implements HostVitals {
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  #previous: Previous | null = null;
  readonly #timers: Timers;
  #unread: unknown = null;

  constructor(timers: Timers = wallTimers) {
    this.#timers = timers;
  }

  read(): Vitals {
    const takenAt = performance.now();
    const previous = this.#previous;
    if (previous !== null && takenAt - previous.takenAt < FRESH_MS) return previous.vitals;
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / 1e6;
    const cores =
      previous === null ? null : ((cpuSeconds - previous.vitals.cpuSeconds) * 1_000) / (takenAt - previous.takenAt);
    const vitals = { cpuSeconds, cores, residentBytes: process.memoryUsage.rss(), loopLag: this.#lag() };
    this.#previous = { vitals, takenAt };
    this.#sample();
    return vitals;
  }

  #sample(): void {
    this.#loop.reset();
    this.#loop.enable();
    this.#timers.clearTimeout(this.#unread);
    this.#unread = this.#timers.setTimeout(() => {
      this.#loop.disable();
      this.#loop.reset();
    }, UNREAD_MS);
  }

  /** The histogram holds the intervals between samples, which are the period plus the delay. */
  #lag(): Vitals['loopLag'] {
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - LOOP_SAMPLE_MS);
    const { count, mean, max } = this.#loop;
    if (count === 0) return null;
    return { meanMs: late(mean), p99Ms: late(this.#loop.percentile(99)), maxMs: late(max) };
  }
}
