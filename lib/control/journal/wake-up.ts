import type { Timers } from '../../ports/clock.ts';

/** So many are woken in one turn of the event loop, so that a command never waits behind hundreds of readers. */
const WOKEN_AT_ONCE = 50;
/** After a round over more than that, what comes meanwhile is told together: a storm of news must not be all that a host does. */
const PAUSE_MS = 25;

/** Wakes everybody who waits for news, a few in each turn of the event loop. */
export class WakeUpQueue {
  readonly #timers: Timers;
  readonly #waiting = new Set<() => void>();
  #isRinging = false;
  #isWoken = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves with the next news, or when the signal is aborted. */
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

  /** There is news. Who is waiting is woken soon; who comes back before its turn is not kept waiting. */
  ring(): void {
    this.#isWoken = true;
    if (!this.#isRinging) void this.#rounds(); // never rejects: wakers only resolve promises
  }

  /** Wakes all at once. */
  ringOut(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #rounds(): Promise<void> {
    this.#isRinging = true;
    while (this.#isWoken) {
      this.#isWoken = false;
      const waiting = [...this.#waiting];
      for (let at = 0; at < waiting.length; at += WOKEN_AT_ONCE) {
        if (at > 0) await new Promise((resolve) => setImmediate(resolve));
        for (const wake of waiting.slice(at, at + WOKEN_AT_ONCE)) wake();
      }
      if (waiting.length > WOKEN_AT_ONCE) await this.#pause();
    }
    this.#isRinging = false;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#timers.setTimeout(resolve, PAUSE_MS));
  }
}
