import type { JournalEntry } from './journal.ts';
import type { EventFilter } from './values/event-filter.ts';
import type { Instant } from './values/time.ts';

/** Where a feed reader starts. */
export type FeedStart =
  | { readonly type: 'now' }
  /** At the first event written at or after the instant. */
  | { readonly type: 'since'; readonly at: Instant }
  /** After the event with this sequence number. */
  | { readonly type: 'after'; readonly seq: number };

/** What a feed reader asks for. */
export interface FeedQuery {
  readonly start: FeedStart;
  readonly filter: EventFilter;
}

/** One item of the feed. All readers share one object per new event. */
export type FeedItem =
  | { readonly type: 'event'; readonly entry: JournalEntry }
  /** Events right after `after` are no longer stored; the oldest stored one is `oldest`. */
  | { readonly type: 'gap'; readonly after: number; readonly oldest: number }
  /** This journal never published `asked`. Its newest number is `newest`, and the feed continues after that. */
  | { readonly type: 'reset'; readonly asked: number; readonly newest: number };

/** A batch of items, possibly empty. `position` is the sequence number up to which everything has been delivered. */
export interface FeedBatch {
  readonly items: readonly FeedItem[];
  readonly position: number;
}
