import type { FeedBatch, FeedQuery } from '../model/feed.ts';
import type { JournalDraft, JournalEntry } from '../model/journal.ts';
import type { WebhookPlace, WebhookSpec } from '../model/webhook.ts';

/** What webhooks have from the host that they tell of. */
export interface WebhookHost {
  /** As Control.feed. */
  feed(query: FeedQuery, signal: AbortSignal): AsyncIterable<FeedBatch>;
  /** The number of the newest event: where a new webhook begins. */
  newest(): number;
  /** The wire form of a fact. */
  view(entry: JournalEntry): object;
  /** Adds a fact to the journal. */
  note(fact: Pick<JournalDraft, 'type' | 'detail'>): void;
}

/** Those who send events elsewhere, each in its own time: nobody waits for them. */
export interface Webhooks {
  /** From now on these are sent to, each from where it was; one that is new begins now, one that is not named is forgotten. Never rejects. */
  configure(specs: readonly WebhookSpec[]): Promise<void>;
  /** What has failed for long, in sentences. */
  troubles(): readonly string[];
  /** Lets what is under way end within a second. */
  close(): Promise<void>;
}

/** Makes the webhooks of a host; none until the first `configure`. */
export type OpenWebhooks = (host: WebhookHost) => Webhooks;

/** Where webhooks keep how far they are. Throws StoreUnavailableError. */
export interface WebhookRegistry {
  places(): Promise<readonly WebhookPlace[]>;
  /** Resolves when it is durable; replaces what was kept under the name. */
  keep(place: WebhookPlace): Promise<void>;
  forget(name: string): Promise<void>;
}
