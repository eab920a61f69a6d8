import type { JournalEntry } from './journal.ts';
import type { EventFilter } from './values/event-filter.ts';
import type { Instant } from './values/time.ts';

/** Where a reader of the feed begins. */
export type FeedStart =
  | { readonly type: 'now' }
  /** With the first event that was written at or after the instant. */
  | { readonly type: 'since'; readonly at: Instant }
  /** Behind the event of that number. */
  | { readonly type: 'after'; readonly seq: number };

/** What a reader of the feed wants. */
export interface FeedQuery {
  readonly start: FeedStart;
  readonly filter: EventFilter;
}

/** One thing that a reader of the feed is told. A new event is one object for all who read it. */
export type FeedItem =
  | { readonly type: 'event'; readonly entry: JournalEntry }
  /** Events behind `after` are not kept any more; the oldest that is kept is `oldest`. */
  | { readonly type: 'gap'; readonly after: number; readonly oldest: number }
  /** `asked` was never told by this journal, whose newest number is `newest`: the feed goes on behind that. */
  | { readonly type: 'reset'; readonly asked: number; readonly newest: number };

/** What is told at once; `position` is the number up to which nothing is left to tell. Items may be none. */
export interface FeedBatch {
  readonly items: readonly FeedItem[];
  readonly position: number;
}
