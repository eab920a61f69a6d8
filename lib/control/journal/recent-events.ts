import type { JournalEntry } from '../../model/journal.ts';

/** Entries are dropped in batches: shifting such a long array for every new entry would cost more than the entry. */
const BATCH = 200;

/** An event as the feed publishes it. */
export interface PublishedEvent {
  readonly type: 'event';
  readonly entry: JournalEntry;
}

/** An event as the feed publishes it. */
export function published(entry: JournalEntry): PublishedEvent {
  return { type: 'event', entry };
}

/** The newest events of the journal, in rising order and without gaps after {@link floor}. */
export class EventRing {
  readonly #capacity: number;
  #entries: PublishedEvent[];
  #floor: number;
  #newest: number;

  /** `kept`: the newest events, in rising order. `newest`: the highest number ever written. */
  constructor(kept: readonly JournalEntry[], newest: number, capacity: number) {
    this.#capacity = capacity;
    this.#entries = kept.map(published);
    this.#newest = newest;
    this.#floor = (kept[0]?.seq ?? newest + 1) - 1;
  }

  /** Every event with a higher number is in the ring. */
  get floor(): number {
    return this.#floor;
  }

  /** The number of the newest event. */
  get newest(): number {
    return this.#newest;
  }

  /** Adds events with higher numbers than all before; the oldest are dropped. */
  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#entries.push(published(entry));
    this.#newest = entries.at(-1)?.seq ?? this.#newest;
    if (this.#entries.length < this.#capacity + BATCH) return;
    const gone = this.#entries.splice(0, this.#entries.length - this.#capacity);
    this.#floor = gone.at(-1)?.entry.seq ?? this.#floor;
  }

  /** The first events after a number. */
  after(seq: number, limit: number): readonly PublishedEvent[] {
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
