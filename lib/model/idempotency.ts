import type { Instant, Millis } from './values/time.ts';

/** How long a command that is resent with the same key is not carried out again. */
export const IDEMPOTENCY_AGE_MS: Millis = 24 * 3_600_000;

/** A response as it is replayed. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: no body. */
  readonly body: string | null;
}

/** What is stored about a command with an idempotency key. */
export interface IdempotencyRecord {
  readonly key: string;
  /** Equal for equal requests. */
  readonly fingerprint: string;
  /** The subject of the command, as an actor id; null if it has no single one. */
  readonly subject: string | null;
  /** Null: the command is durable but has not been answered yet. */
  readonly answer: KeptAnswer | null;
  readonly at: Instant;
}

/** What a request with an idempotency key holds while it is in progress. */
export interface IdempotencyClaim {
  readonly key: string;
  readonly fingerprint: string;
  /**
   * An earlier request had the command accepted but was never answered: it is not carried out again, and the current
   * state is the answer. `subject` is an actor id.
   */
  readonly accepted: { readonly subject: string | null } | null;
}

/** The status of a request with an idempotency key. */
export type Begun =
  | { readonly type: 'answered'; readonly answer: KeptAnswer }
  | { readonly type: 'begun'; readonly claim: IdempotencyClaim };
