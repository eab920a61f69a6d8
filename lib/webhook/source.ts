import type { FeedBatch, FeedItem } from '../model/feed.ts';
import type { JournalEntry } from '../model/journal.ts';
import type { EventFilter } from '../model/values/event-filter.ts';
import type { WebhookHost } from '../ports/webhooks.ts';

/** The next item for a webhook. */
export type Next =
  | { readonly type: 'event'; readonly entry: JournalEntry }
  /** Events up to `position` were deleted, or never existed in this journal. */
  | { readonly type: 'lost'; readonly position: number; readonly reason: string }
  /** No event matches the filter up to `position`. */
  | { readonly type: 'nothing'; readonly position: number }
  /** The host is shutting down. */
  | { readonly type: 'over' };

/** The events that match the filter of a webhook, one at a time. */
export class Source {
  readonly #host: Pick<WebhookHost, 'feed'>;
  readonly #webhook: string;
  readonly #filter: EventFilter;
  readonly #gone = new AbortController();
  #batches: AsyncIterator<FeedBatch> | null = null;
  #waiting: FeedItem[] = [];
  #reached = 0;
  /** A read in progress. */
  #reading: Promise<Next> | null = null;
  /** What the last read returned: it counts as taken when the next one begins where it led. */
  #offered: Exclude<Next, { readonly type: 'over' }> | null = null;

  constructor(host: Pick<WebhookHost, 'feed'>, webhook: string, filter: EventFilter) {
    this.#host = host;
    this.#webhook = webhook;
    this.#filter = filter;
  }

  /**
   * The item after `position`; the previous one again if it does not begin where that led. Rejects with
   * StoreUnavailableError; the next call starts from scratch.
   */
  next(position: number): Promise<Next> {
    this.#reading ??= this.#next(position).finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #next(position: number): Promise<Next> {
    if (this.#offered !== null && positionAfter(this.#offered) !== position) return this.#offered;
    this.#offered = null;
    const next = await this.#read(position);
    if (next.type !== 'over') this.#offered = next;
    return next;
  }

  async #read(position: number): Promise<Next> {
    for (;;) {
      const item = this.#waiting.shift();
      const found = item === undefined ? null : this.#nextOf(item);
      if (found !== null) return found;
      if (item !== undefined) continue;
      if (this.#reached > position) return { type: 'nothing', position: this.#reached };
      if (!(await this.#more(position))) return { type: 'over' };
    }
  }

  close(): void {
    this.#gone.abort();
  }

  async #more(position: number): Promise<boolean> {
    const query = { start: { type: 'after', seq: position }, filter: this.#filter } as const;
    this.#batches ??= this.#host.feed(query, this.#gone.signal)[Symbol.asyncIterator]();
    try {
      const result = await this.#batches.next();
      if (result.done === true) return false;
      this.#waiting = [...result.value.items];
      this.#reached = result.value.position;
      return true;
    } catch (error) {
      this.#batches = null;
      throw error;
    }
  }

  #nextOf(item: FeedItem): Next | null {
    switch (item.type) {
      case 'event':
        return this.#isOwn(item.entry) ? null : item;
      case 'gap':
        return {
          type: 'lost',
          position: item.oldest - 1,
          reason: `the journal no longer has the events after ${item.after}`,
        };
      case 'reset':
        return {
          type: 'lost',
          position: item.newest,
          reason: `the journal was replaced by a new one that has no event ${item.asked}`,
        };
    }
  }

  /** The events of a webhook's own failures are not sent to it: it could not deliver them either. */
  #isOwn({ type, detail }: JournalEntry): boolean {
    return isAbout(this.#webhook, { type, detail });
  }
}

/** Whether an event is about this webhook itself. */
export function isAbout(webhook: string, { type, detail }: Pick<JournalEntry, 'type' | 'detail'>): boolean {
  return type.startsWith('webhook.') && detail['webhook'] === webhook;
}

function positionAfter(next: Exclude<Next, { readonly type: 'over' }>): number {
  return next.type === 'event' ? next.entry.seq : next.position;
}
