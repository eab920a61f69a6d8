import type { FeedBatch, FeedItem } from '../model/feed.ts';
import type { JournalEntry } from '../model/journal.ts';
import type { EventFilter } from '../model/values/event-filter.ts';
import type { WebhookHost } from '../ports/webhooks.ts';

/** What comes next for a webhook. */
export type Next =
  | { readonly type: 'event'; readonly entry: JournalEntry }
  /** Events up to `position` are not kept any more, or were never told by this journal. */
  | { readonly type: 'lost'; readonly position: number; readonly reason: string }
  /** Nothing that is wanted, up to there. */
  | { readonly type: 'nothing'; readonly position: number }
  /** The host leaves. */
  | { readonly type: 'over' };

/** The events that a webhook wants, one at a time. */
export class Source {
  readonly #host: Pick<WebhookHost, 'feed'>;
  readonly #webhook: string;
  readonly #filter: EventFilter;
  readonly #gone = new AbortController();
  #batches: AsyncIterator<FeedBatch> | null = null;
  #waiting: FeedItem[] = [];
  #reached = 0;

  constructor(host: Pick<WebhookHost, 'feed'>, webhook: string, filter: EventFilter) {
    this.#host = host;
    this.#webhook = webhook;
    this.#filter = filter;
  }

  /** What follows `position`, which is where the last answer led to. Rejects with StoreUnavailableError; the next call begins anew. */
  async next(position: number): Promise<Next> {
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
          reason: `the journal does not keep the events behind ${item.after} any more`,
        };
      case 'reset':
        return { type: 'lost', position: item.newest, reason: `the journal began anew before event ${item.asked}` };
    }
  }

  /** That events of a webhook were dropped is not for that webhook: it could not deliver this either. */
  #isOwn({ type, detail }: JournalEntry): boolean {
    return type.startsWith('webhook.') && detail['webhook'] === this.#webhook;
  }
}
