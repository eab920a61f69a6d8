import type { EventFilter } from './values/event-filter.ts';
import type { Instant, Millis } from './values/time.ts';

/** Where events are sent to. */
export interface WebhookSpec {
  readonly name: string;
  /** May carry credentials, in its path too: not for logs and answers. */
  readonly url: string;
  /** `whsec_` and base64; not for logs and answers either. */
  readonly secret: string;
  readonly filter: EventFilter;
  /** For one attempt, from the connection to the status. */
  readonly timeoutMs: Millis;
  /** Null: never. */
  readonly giveUpAfterMs: Millis | null;
}

/** How far a webhook is; outlives the host. */
export interface WebhookPlace {
  readonly name: string;
  /** The number of the last event that needs no delivery any more. */
  readonly position: number;
  /** When the first delivery failed since the last one that did not; null: all is well. */
  readonly failingSince: Instant | null;
  /** The revision of the webhook whose receiver said that it is gone for good (410); null: it did not. */
  readonly goneRevision: string | null;
}
