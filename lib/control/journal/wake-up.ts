import type { Timers } from '../../ports/clock.ts';

/** How many waiters are woken per turn of the event loop, so that a command never waits behind hundreds of readers. */
const WOKEN_AT_ONCE = 50;
/**
 * After a larger round there is a pause, and events in it are delivered together: an event storm must not take up the
 * whole host.
 */
const PAUSE_MS = 25;

/** Wakes waiting readers, a few per turn of the event loop. */
export class WakeUpQueue {
  readonly #timers: Timers;
  readonly #waiting = new Set<() => void>();
  #isWaking = false;
  #isWakeUpDue = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves at the next wake-up, or when the signal is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  /** Wakes the current waiters soon; one that comes back before its turn does not wait again. */
  wake(): void {
    this.#isWakeUpDue = true;
    if (!this.#isWaking) void this.#wakeInRounds(); // never rejects: wakers only resolve promises
  }

  /** Wakes all waiters immediately. */
  close(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #wakeInRounds(): Promise<void> {
    this.#isWaking = true;
    while (this.#isWakeUpDue) {
      this.#isWakeUpDue = false;
      const waiting = [...this.#waiting];
      for (let at = 0; at < waiting.length; at += WOKEN_AT_ONCE) {
        if (at > 0) await new Promise((resolve) => setImmediate(resolve));
        for (const wake of waiting.slice(at, at + WOKEN_AT_ONCE)) wake();
      }
      if (waiting.length > WOKEN_AT_ONCE) await this.#pause();
    }
    this.#isWaking = false;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#timers.setTimeout(resolve, PAUSE_MS));
  }
}
