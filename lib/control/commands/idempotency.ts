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

/**
 * The maximum size of a stored response body; of a larger one only the fact is stored, and the response is built again.
 */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Ensures that a command with an idempotency key is carried out once, however often it is sent, even across host
 * restarts.
 */
export class IdempotencyRecords {
  readonly #store: Pick<ActorStore, 'idempotencyRecord' | 'keepIdempotencyRecord'>;
  readonly #clock: Clock;
  readonly #log: Log;
  /** The fingerprints of the requests in progress, by key. */
  readonly #inProgress = new Map<string, string>();

  constructor(store: Pick<ActorStore, 'idempotencyRecord' | 'keepIdempotencyRecord'>, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Every claim that this returns must be ended. Throws IdempotencyKeyReusedError, IdempotencyKeyInFlightError. */
  async begin(key: string, fingerprint: string): Promise<Begun> {
    const other = this.#inProgress.get(key);
    if (other !== undefined && other !== fingerprint) throw new IdempotencyKeyReusedError(key);
    if (other !== undefined) throw new IdempotencyKeyInFlightError(key);
    this.#inProgress.set(key, fingerprint);
    try {
      const kept = this.#fresh(await this.#store.idempotencyRecord(key));
      if (kept !== null && kept.fingerprint !== fingerprint) throw new IdempotencyKeyReusedError(key);
      if (kept === null || kept.answer === null) {
        const accepted = kept === null ? null : { subject: kept.subject };
        return { type: 'begun', claim: { key, fingerprint, accepted } };
      }
      this.#inProgress.delete(key);
      return { type: 'answered', answer: kept.answer };
    } catch (error) {
      this.#inProgress.delete(key);
      throw error;
    }
  }

  /**
   * Stores the response to a successful command. Without one (`null`) an accepted command stays accepted, and a
   * rejected one may be retried with the same key.
   */
  async end({ key, fingerprint }: IdempotencyClaim, answer: KeptAnswer | null): Promise<void> {
    try {
      if (answer === null || (answer.body?.length ?? 0) > MAX_BODY_BYTES) return;
      await this.#store.keepIdempotencyRecord({ key, fingerprint, subject: null, answer, at: this.#clock.now() });
    } catch (error) {
      // The command and its acceptance are durable: the caller must not get an error.
      this.#log.warn({ err: error, key }, 'cannot save the response to a command with an idempotency key');
    } finally {
      this.#inProgress.delete(key);
    }
  }

  #fresh(record: IdempotencyRecord | null): IdempotencyRecord | null {
    return record !== null && record.at > this.#clock.now() - IDEMPOTENCY_AGE_MS ? record : null;
  }
}

/** The subject of the command if an earlier request had it accepted; undefined: it has to be carried out now. */
export function alreadyAccepted({ claim }: CommandOrigin): { readonly id: string } | undefined {
  const accepted = claim?.accepted ?? null;
  return accepted === null ? undefined : { id: accepted.subject?.replace(/^(agent|service):/, '') ?? '' };
}
