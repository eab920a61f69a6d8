import type { JournalEntry } from '../../model/journal.ts';

/** Entries go in lots: to shift so long a list for every new one would cost more than the new one. */
const LOT = 200;

/** A fact as the feed tells it. */
export interface ToldFact {
  readonly type: 'event';
  readonly entry: JournalEntry;
}

/** A fact as the feed tells it. */
export function told(entry: JournalEntry): ToldFact {
  return { type: 'event', entry };
}

/** The newest facts of the journal, in rising order and without a gap behind {@link floor}. */
export class EventRing {
  readonly #capacity: number;
  #entries: ToldFact[];
  #floor: number;
  #newest: number;

  /** `kept`: the newest facts that there are, in rising order; `newest`: the highest number ever written. */
  constructor(kept: readonly JournalEntry[], newest: number, capacity: number) {
    this.#capacity = capacity;
    this.#entries = kept.map(told);
    this.#newest = newest;
    this.#floor = (kept[0]?.seq ?? newest + 1) - 1;
  }

  /** Every fact with a higher number is here. */
  get floor(): number {
    return this.#floor;
  }

  /** The number of the newest fact. */
  get newest(): number {
    return this.#newest;
  }

  /** Takes facts with higher numbers than all before; the oldest give way. */
  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#entries.push(told(entry));
    this.#newest = entries.at(-1)?.seq ?? this.#newest;
    if (this.#entries.length < this.#capacity + LOT) return;
    const gone = this.#entries.splice(0, this.#entries.length - this.#capacity);
    this.#floor = gone.at(-1)?.entry.seq ?? this.#floor;
  }

  /** The first facts behind a number. */
  after(seq: number, limit: number): readonly ToldFact[] {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.entry.seq ?? Infinity) <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#entries.slice(low, low + limit);
  }
}
