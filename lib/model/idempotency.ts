import type { Instant, Millis } from './values/time.ts';

/** How long a command that is sent again with its key is not given again. */
export const IDEMPOTENCY_AGE_MS: Millis = 24 * 3_600_000;

/** An answer as it is given again. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: there is none. */
  readonly body: string | null;
}

/** What is remembered of a command that came with an idempotency key. */
export interface IdempotencyRecord {
  readonly key: string;
  /** The same for requests that ask for the same. */
  readonly fingerprint: string;
  /** Whom the command is about, as an actor id; null: nobody alone. */
  readonly subject: string | null;
  /** Null: the command is durable, and nobody has been answered yet. */
  readonly answer: KeptAnswer | null;
  readonly at: Instant;
}

/** What a request with an idempotency key holds while it is under way. */
export interface IdempotencyClaim {
  readonly key: string;
  readonly fingerprint: string;
  /**
   * The command was accepted by an earlier request that nobody answered: it is not given again, what is there now is the answer.
   * `subject` is whom it is about, as an actor id.
   */
  readonly accepted: { readonly subject: string | null } | null;
}

/** Where a request with an idempotency key stands. */
export type Begun =
  | { readonly type: 'answered'; readonly answer: KeptAnswer }
  | { readonly type: 'begun'; readonly claim: IdempotencyClaim };
