/**
 * Publishes events to any number of readers. Each starts where it says, without gaps or duplicates. Older events come
 * from the store page by page (backfill); a reader that has caught up with the ring of the newest events continues from
 * there (cutover) and is woken by every new one (live). A reader that falls behind the ring goes back to the store. So
 * there are no queues per reader: a reader is a number, and events are read when it asks for more. Modelled on the
 * sequencer and outbox of atproto's PDS.
 */
import type { FeedBatch, FeedItem, FeedQuery } from '../../model/feed.ts';
import type { JournalEntry } from '../../model/journal.ts';
import { matchesFilter } from '../../model/values/event-filter.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { Timers } from '../../ports/clock.ts';
import { WakeUpQueue } from './wake-up.ts';
import { EventRing, published } from './recent-events.ts';

/** Events in the ring; at 100 events a second a reader may lag 20 s before it has to read from the store. */
const CAPACITY = 2_000;
/** How many of them are loaded at the start, for readers that reconnect after a host restart. */
const PREFILLED = 500;
/** Maximum number of events per read from the store or per batch. */
const PAGE = 200;
/** A reader whose filter matches none of this many events still gets its position. */
const SKIPPED_BEFORE_POSITION = 1_000;

export interface FeedOptions {
  readonly store: Pick<ActorStore, 'history'>;
  readonly timers: Timers;
  /** The highest number ever written. */
  readonly newest: number;
  /** The highest number ever assigned. Events up to it may be visible in the store before they are published here. */
  readonly numbered: () => number;
  /** Size of the ring of newest events; default 2000. */
  readonly capacity?: number;
}

/** Loads the first events of the ring. Throws StoreUnavailableError. */
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

  /** Publishes durable events; each call has higher numbers than all before. */
  readonly publish = (entries: readonly JournalEntry[]): void => {
    this.#ring.add(entries);
    this.#wakeUps.wake();
  };

  /** Ends every reader: a live one gets the rest first, one that is behind reconnects to the next host. */
  close(): void {
    this.#isClosed = true;
    this.#wakeUps.close();
  }

  /**
   * The events that match the query, until the signal is aborted or the feed is closed. Throws StoreUnavailableError
   * between batches.
   */
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
      if (items.length === 0 && position - given < SKIPPED_BEFORE_POSITION) continue;
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
    const items = entries.filter(({ entry }) => matchesFilter(filter, entry));
    return { items, position: entries.at(-1)?.entry.seq ?? this.#ring.newest };
  }

  /** Reads only published events: a durable one beyond that may have an earlier one that is not settled yet. */
  async #backfill(after: number, filter: FeedQuery['filter']): Promise<FeedBatch> {
    const { newest } = this.#ring;
    const page = await this.#options.store.history({ after, before: newest + 1, limit: PAGE, filter });
    // Checked after the page was read: events deleted in the meantime must be reported as a gap.
    const [oldest] = await this.#options.store.history({ after: 0, limit: 1 });
    const oldestSeq = oldest?.seq ?? newest + 1;
    const gap: FeedItem[] = oldestSeq > after + 1 ? [{ type: 'gap', after, oldest: oldestSeq }] : [];
    const last = page.length === PAGE ? page.at(-1)?.seq : undefined;
    return { items: [...gap, ...page.map(published)], position: last ?? newest };
  }
}
