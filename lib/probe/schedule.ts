import type { Millis } from '../model/values/time.ts';
import type { SteadyTime } from './time.ts';

interface Entry {
  readonly at: Millis;
  readonly wake: () => void;
}

/** Runs functions at given times with a single timer. */
export class Schedule {
  readonly #time: SteadyTime;
  /**
   * The next entry is last. A sorted array, because moving a few thousand pointers is cheaper than the jumps of a heap.
   */
  readonly #entries: Entry[] = [];
  #timer: unknown = null;
  #wakesAt = Infinity;
  #isTicking = false;

  constructor(time: SteadyTime) {
    this.#time = time;
  }

  /**
   * Calls `wake` at an instant of the steady time, or up to `slackMs` later together with others: a turn of the event
   * loop costs as much as a check. Never calls it before this returns. Returns a function that cancels the call.
   */
  at(at: Millis, slackMs: Millis, wake: () => void): () => void {
    const entry = { at: slackMs > 0 ? Math.ceil(at / slackMs) * slackMs : at, wake };
    this.#entries.splice(this.#indexFor(entry.at), 0, entry);
    this.#arm();
    return () => {
      this.#remove(entry);
    };
  }

  /** The number of pending calls. */
  get size(): number {
    return this.#entries.length;
  }

  /** In front of all entries with the same instant: they were added earlier and are taken from the end. */
  #indexFor(at: Millis): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(entry: Entry): void {
    for (let index = this.#indexFor(entry.at); this.#entries[index]?.at === entry.at; index += 1) {
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
    // A timer that fires too early costs one idle wake-up, which is cheaper than resetting it after each removal.
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
