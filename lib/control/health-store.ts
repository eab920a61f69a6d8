import { StoreUnavailableError } from '../model/errors.ts';
import type { Instant } from '../model/time.ts';
import type { ActorStore, QuarantinedRow } from '../ports/actor-store.ts';
import type { LaunchLedger } from '../ports/launch-ledger.ts';
import type { Log } from '../ports/log.ts';
import { WatchedLedger, WatchedStore, type Watch } from '../ports/store-decorators.ts';
import type { Health } from './health.ts';

function reportingTo(health: Health): Watch {
  return async (writer, write) => {
    try {
      await write();
    } catch (error) {
      if (error instanceof StoreUnavailableError) health.storeFailed(writer, error.message);
      throw error;
    }
    health.storeWritten(writer);
  };
}

/** A store that reports how its writes go, and that holds rows for the quarantine until they can be written. */
export class ReportingStore extends WatchedStore {
  readonly #log: Log;
  #unquarantined: readonly QuarantinedRow[] = [];

  constructor(store: ActorStore, health: Health, log: Log) {
    super(store, reportingTo(health));
    this.#log = log;
  }

  /** Never rejects: what cannot be set aside now must not keep the host from coming up. See {@link quarantineAgain}. */
  override async quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void> {
    try {
      await super.quarantine(rows, at);
    } catch (error) {
      this.#unquarantined = [...this.#unquarantined, ...rows];
      this.#log.error({ err: error, rows: rows.length }, 'rows that do not fit cannot be set aside yet; trying again');
    }
  }

  /** Writes what could not be set aside; by then a new row may stand in the place of an old one, which is left alone. */
  async quarantineAgain(at: Instant): Promise<void> {
    const rows = this.#unquarantined;
    this.#unquarantined = [];
    if (rows.length > 0) await this.quarantine(rows, at);
  }
}

/** A ledger that reports how its writes go. */
export function reportingLedger(ledger: LaunchLedger, health: Health): LaunchLedger {
  return new WatchedLedger(ledger, reportingTo(health));
}
