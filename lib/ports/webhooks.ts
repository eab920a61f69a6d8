import type { FeedBatch, FeedQuery } from '../model/feed.ts';
import type { JournalDraft, JournalEntry, JournalQuery } from '../model/journal.ts';
import type { TailLine } from './launch-ledger.ts';
import type { WebhookMute, WebhookPlace, WebhookSpec, WebhookStatus } from '../model/webhook.ts';

/** What webhooks get from the host they report on. */
export interface WebhookHost {
  /** Like Control.feed. */
  feed(query: FeedQuery, signal: AbortSignal): AsyncIterable<FeedBatch>;
  /** Like ActorStore.history. */
  history(query: JournalQuery): Promise<readonly JournalEntry[]>;
  /** Whether the service, or else the agent, of an event is in backoff or failed now. */
  isFailing(entry: JournalEntry): Promise<boolean>;
  /** The number of the newest event: where a new webhook starts. */
  newest(): number;
  /** The wire form of an event. */
  view(entry: JournalEntry): object;
  /** The last words of the process whose end an event reports; null: none are known. Never rejects. */
  tail(entry: JournalEntry): Promise<readonly TailLine[] | null>;
  /** Adds an event to the journal. */
  note(fact: Pick<JournalDraft, 'type' | 'detail'>): void;
}

/** Sends events to receivers, each at its own pace: nobody waits for them. */
export interface Webhooks {
  /**
   * Sends to these from now on, each from its last position. A new one starts now; one that is missing is removed.
   * Never rejects.
   */
  configure(specs: readonly WebhookSpec[]): Promise<void>;
  /** The webhooks that have been failing for a long time, as sentences. */
  problems(): readonly string[];
  /** In the order of the configuration. */
  statuses(): readonly WebhookStatus[];
  /**
   * Holds events back, in place of an earlier mute for the same agent. Resolves when it is durable. Throws
   * StoreUnavailableError.
   */
  mute(mute: Omit<WebhookMute, 'after'>): Promise<void>;
  /** Ends a mute now, if there is one. Likewise. */
  unmute(webhook: string, agentId: string | null): Promise<void>;
  /** Lets running deliveries finish within a second. */
  close(): Promise<void>;
}

/** Creates the webhooks of a host; none until the first `configure`. */
export type OpenWebhooks = (host: WebhookHost) => Webhooks;

/** Stores the positions and the mutes of webhooks. Throws StoreUnavailableError. */
export interface WebhookRegistry {
  places(): Promise<readonly WebhookPlace[]>;
  /**
   * Resolves when it is durable; replaces what was stored under the name. Also stores that these mutes begin later, unless
   * they are gone or have been replaced.
   */
  keep(place: WebhookPlace, moved?: readonly WebhookMute[]): Promise<void>;
  /** With its mutes. */
  forget(name: string): Promise<void>;
  mutes(): Promise<readonly WebhookMute[]>;
  /** Replaces what was stored for the same webhook and agent. */
  keepMute(mute: WebhookMute): Promise<void>;
  /** Unless it has been replaced by one that ends at another instant. */
  forgetMute(mute: WebhookMute): Promise<void>;
}
