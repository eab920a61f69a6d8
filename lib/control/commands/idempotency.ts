import { IdempotencyKeyInFlightError, IdempotencyKeyReusedError } from '../../model/errors.ts';
import {
  IDEMPOTENCY_AGE_MS,
  type Begun,
  type KeptAnswer,
  type IdempotencyRecord,
  type IdempotencyClaim,
} from '../../model/idempotency.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { CommandOrigin } from '../control.ts';

/** What an answer may have at most to be kept; of a larger one only the event is, and it is made anew. */
const MOST_BODY = 64 * 1024;

/** Sees to it that a command with an idempotency key is given once, however often it is sent, and over restarts of the host. */
export class Receipts {
  readonly #store: Pick<ActorStore, 'idempotencyRecord' | 'keepIdempotencyRecord'>;
  readonly #clock: Clock;
  readonly #log: Log;
  /** The fingerprints of the requests under way, by key. */
  readonly #underWay = new Map<string, string>();

  constructor(store: Pick<ActorStore, 'idempotencyRecord' | 'keepIdempotencyRecord'>, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Every claim that this gives has to be ended. Throws IdempotencyKeyReusedError, IdempotencyKeyInFlightError. */
  async begin(key: string, fingerprint: string): Promise<Begun> {
    const other = this.#underWay.get(key);
    if (other !== undefined && other !== fingerprint) throw new IdempotencyKeyReusedError(key);
    if (other !== undefined) throw new IdempotencyKeyInFlightError(key);
    this.#underWay.set(key, fingerprint);
    try {
      const kept = this.#fresh(await this.#store.idempotencyRecord(key));
      if (kept !== null && kept.fingerprint !== fingerprint) throw new IdempotencyKeyReusedError(key);
      if (kept === null || kept.answer === null) {
        const accepted = kept === null ? null : { subject: kept.subject };
        return { type: 'begun', claim: { key, fingerprint, accepted } };
      }
      this.#underWay.delete(key);
      return { type: 'answered', answer: kept.answer };
    } catch (error) {
      this.#underWay.delete(key);
      throw error;
    }
  }

  /**
   * Keeps the answer of a command that went well. Without one (`null`), what was accepted stays so, and what was refused may be tried
   * again with the same key.
   */
  async end({ key, fingerprint }: IdempotencyClaim, answer: KeptAnswer | null): Promise<void> {
    try {
      if (answer === null || (answer.body?.length ?? 0) > MOST_BODY) return;
      await this.#store.keepIdempotencyRecord({ key, fingerprint, subject: null, answer, at: this.#clock.now() });
    } catch (error) {
      // The command itself is durable, and so is that it was accepted: its caller is not to hear of a failure.
      this.#log.warn({ err: error, key }, 'the answer to a command with an idempotency key could not be kept');
    } finally {
      this.#underWay.delete(key);
    }
  }

  #fresh(receipt: IdempotencyRecord | null): IdempotencyRecord | null {
    return receipt !== null && receipt.at > this.#clock.now() - IDEMPOTENCY_AGE_MS ? receipt : null;
  }
}

/** Whom a command is about that an earlier request gave already; undefined: it is to be given now. */
export function alreadyAccepted({ claim }: CommandOrigin): { readonly id: string } | undefined {
  const accepted = claim?.accepted ?? null;
  return accepted === null ? undefined : { id: accepted.subject?.replace(/^(agent|service):/, '') ?? '' };
}
