/**
 * What happens, told to any number of readers: each begins where it says, without a gap and without a double. Older events come
 * from the store page by page (backfill); who has reached the ring of the newest ones goes on from there (cutover) and is woken with
 * every new one (live). A reader that is too slow for the ring goes back to the store. So nobody is queued for: a reader is
 * a number, and events are read when it asks for more. The model is the sequencer and outbox of atproto's PDS.
 */
import type { FeedBatch, FeedItem, FeedQuery } from '../../model/feed.ts';
/**
 * What happens, told to any number of readers: each begins where it says, without a gap and without a double. Older events come
 * from the store page by page (backfill); who has reached the ring of the newest ones goes on from there (cutover) and is woken with
 * every new one (live). A reader that is too slow for the ring goes back to the store. So nobody is queued for: a reader is
 * a number, and events are read when it asks for more. The model is the sequencer and outbox of atproto's PDS.
 */
import type { JournalEntry } from '../../model/journal.ts';
/**
 * What happens, told to any number of readers: each begins where it says, without a gap and without a double. Older events come
 * from the store page by page (backfill); who has reached the ring of the newest ones goes on from there (cutover) and is woken with
 * every new one (live). A reader that is too slow for the ring goes back to the store. So nobody is queued for: a reader is
 * a number, and events are read when it asks for more. The model is the sequencer and outbox of atproto's PDS.
 */
import { isWanted } from '../../model/values/event-filter.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { Timers } from '../../ports/clock.ts';
import { WakeUpQueue } from './wake-up.ts';
import { EventRing, published } from './recent-events.ts';

/** Events in the ring; with a storm of 100 a second a reader may be away for 20 s before it costs a read of the store. */
const CAPACITY = 2_000;
/** Of these so many are there from the start, for readers that come back after a restart of the host. */
const PREFILLED = 500;
/** Events that are read from the store, or given to a reader, at once. */
const PAGE = 200;
/** A reader that wants none of so many events is told how far it is all the same. */
const UNTOLD = 1_000;

export interface FeedOptions {
  readonly store: Pick<ActorStore, 'history'>;
  readonly timers: Timers;
  /** The highest number ever written. */
  readonly newest: number;
  /** The highest number ever given. A number up to that may have been seen in the store before it is told here. */
  readonly numbered: () => number;
  /** How many of the newest events are at hand; default 2000. */
  readonly capacity?: number;
}

/** Reads the events that the ring begins with. Throws StoreUnavailableError. */
export async function openFeed(options: FeedOptions): Promise<Feed> {
  const { store, newest, capacity = CAPACITY } = options;
  const limit = Math.min(capacity, PREFILLED);
  const kept = await store.history({ after: 0, order: 'newest_first', limit });
  return new Feed(options, new EventRing([...kept].reverse(), newest, capacity));
}

export class Feed {
  readonly #options: FeedOptions;
  readonly #ring: EventRing;
  readonly #wakeUps: WakeUpQueue;
  #isClosed = false;

  constructor(options: FeedOptions, ring: EventRing) {
    this.#options = options;
    this.#ring = ring;
    this.#wakeUps = new WakeUpQueue(options.timers);
  }

  /** The number of the newest event. */
  get newest(): number {
    return this.#ring.newest;
  }

  /** Tells durable events; each call has higher numbers than all before. */
  readonly publish = (entries: readonly JournalEntry[]): void => {
    this.#ring.add(entries);
    this.#wakeUps.ring();
  };

  /** Ends every reader: one that is live is told the rest first, one that is behind comes back to the next host. */
  close(): void {
    this.#isClosed = true;
    this.#wakeUps.ringOut();
  }

  /** What fits the query, until the signal is aborted or the feed is closed. Throws StoreUnavailableError between batches. */
  async *read({ start, filter }: FeedQuery, signal: AbortSignal): AsyncGenerator<FeedBatch, void, undefined> {
    let { items, position } = await this.#begin(start);
    yield { items, position };
    let given = position;
    while (!signal.aborted) {
      const isLive = position >= this.#ring.floor;
      if (this.#isClosed && !(isLive && position < this.#ring.newest)) return;
      if (isLive && position >= this.#ring.newest) {
        await this.#wakeUps.wait(signal);
        continue;
      }
      ({ items, position } = isLive ? this.#live(position, filter) : await this.#backfill(position, filter));
      if (items.length === 0 && position - given < UNTOLD) continue;
      given = position;
      yield { items, position };
    }
  }

  async #begin(start: FeedQuery['start']): Promise<FeedBatch> {
    const { newest } = this.#ring;
    switch (start.type) {
      case 'now':
        return { items: [], position: newest };
      case 'since': {
        const [first] = await this.#options.store.history({ after: 0, before: newest + 1, since: start.at, limit: 1 });
        return { items: [], position: first === undefined ? newest : first.seq - 1 };
      }
      case 'after':
        return start.seq <= this.#options.numbered()
          ? { items: [], position: start.seq }
          : { items: [{ type: 'reset', asked: start.seq, newest }], position: newest };
    }
  }

  #live(after: number, filter: FeedQuery['filter']): FeedBatch {
    const entries = this.#ring.after(after, PAGE);
    const items = entries.filter(({ entry }) => isWanted(filter, entry));
    return { items, position: entries.at(-1)?.entry.seq ?? this.#ring.newest };
  }

  /** Only what was told already is read: what is durable behind it may have an event before it whose fate is open. */
  async #backfill(after: number, filter: FeedQuery['filter']): Promise<FeedBatch> {
    const { newest } = this.#ring;
    const page = await this.#options.store.history({ after, before: newest + 1, limit: PAGE, filter });
    // Looked at behind the page: what was deleted meanwhile is not passed over in silence.
    const [oldest] = await this.#options.store.history({ after: 0, limit: 1 });
    const oldestSeq = oldest?.seq ?? newest + 1;
    const gap: FeedItem[] = oldestSeq > after + 1 ? [{ type: 'gap', after, oldest: oldestSeq }] : [];
    const last = page.length === PAGE ? page.at(-1)?.seq : undefined;
    return { items: [...gap, ...page.map(published)], position: last ?? newest };
  }
}
