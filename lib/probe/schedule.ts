import type { Millis } from '../model/values/time.ts';
import type { SteadyTime } from './time.ts';

interface Entry {
  readonly at: Millis;
  readonly wake: () => void;
}

/** What is to be done when, on one timer for all. */
export class Schedule {
  readonly #time: SteadyTime;
  /** The next one last. A sorted array, since moving a few thousand pointers costs less than a heap's hops. */
  readonly #entries: Entry[] = [];
  #timer: unknown = null;
  #wakesAt = Infinity;
  #isTicking = false;

  constructor(time: SteadyTime) {
    this.#time = time;
  }

  /**
   * Wakes at that instant of the steady time, or up to `slackMs` later together with others, which is cheaper: a turn of the event
   * loop costs as much as a check. Never before this returns. Gives the way to take it back.
   */
  at(at: Millis, slackMs: Millis, wake: () => void): () => void {
    const entry = { at: slackMs > 0 ? Math.ceil(at / slackMs) * slackMs : at, wake };
    this.#entries.splice(this.#dottedState(entry.at), 0, entry);
    this.#arm();
    return () => {
      this.#remove(entry);
    };
  }

  /** How many wakes are to come. */
  get size(): number {
    return this.#entries.length;
  }

  /** In front of all that come at the same instant: those were asked for earlier and are taken from the end. */
  #dottedState(at: Millis): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(entry: Entry): void {
    for (let index = this.#dottedState(entry.at); this.#entries[index]?.at === entry.at; index += 1) {
      if (this.#entries[index] !== entry) continue;
      this.#entries.splice(index, 1);
      this.#arm();
      return;
    }
  }

  #arm(): void {
    if (this.#isTicking) return;
    const next = this.#entries.at(-1);
    const wakesAt = next?.at ?? Infinity;
    // A timer that comes too early costs one idle wake, which is less than setting it anew for each removal.
    if (wakesAt >= this.#wakesAt && next !== undefined) return;
    if (this.#timer !== null) this.#time.clearTimeout(this.#timer);
    this.#timer = null;
    this.#wakesAt = wakesAt;
    if (next === undefined) return;
    const wait = Math.ceil(Math.max(0, wakesAt - this.#time.now()));
    this.#timer = this.#time.setTimeout(() => {
      this.#tick();
    }, wait);
  }

  #tick(): void {
    this.#timer = null;
    this.#wakesAt = Infinity;
    this.#isTicking = true;
    const now = this.#time.now();
    try {
      for (let next = this.#entries.at(-1); next !== undefined && next.at <= now; next = this.#entries.at(-1)) {
        this.#entries.pop();
        next.wake();
      }
    } finally {
      this.#isTicking = false;
      this.#arm();
    }
  }
}
