import { StoreUnavailableError } from '../model/errors.ts';
import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import type { LaunchId } from '../model/ids.ts';
import type { ProcessExit } from '../model/process.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Instant } from '../model/time.ts';
import type { Wish } from '../model/wish.ts';
import type { ActorCommit, ActorRow, ActorStore, QuarantinedRow, WishCommit } from '../ports/actor-store.ts';
import type { LaunchEntry, LaunchLedger } from '../ports/launch-ledger.ts';
import type { Log } from '../ports/log.ts';
import type { Health, StoreWriter } from './health.ts';

async function reported(health: Health, writer: StoreWriter, write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (error instanceof StoreUnavailableError) health.storeFailed(writer, error.message);
    throw error;
  }
  health.storeWritten(writer);
}

/** A store that reports how its writes go, and that holds rows for the quarantine until they can be written. */
export class ReportingStore implements ActorStore {
  readonly #store: ActorStore;
  readonly #health: Health;
  readonly #log: Log;
  #unquarantined: readonly QuarantinedRow[] = [];

  constructor(store: ActorStore, health: Health, log: Log) {
    this.#store = store;
    this.#health = health;
    this.#log = log;
  }

  loadActors(): Promise<readonly ActorRow[]> {
    return this.#store.loadActors();
  }

  loadWishes(): Promise<readonly Wish[]> {
    return this.#store.loadWishes();
  }

  commitActors(commit: ActorCommit): Promise<void> {
    return reported(this.#health, 'journal', this.#store.commitActors(commit));
  }

  commitWishes(commit: WishCommit): Promise<void> {
    return reported(this.#health, 'wishes', this.#store.commitWishes(commit));
  }

  /** Never rejects: what cannot be set aside now must not keep the host from coming up. See {@link quarantineAgain}. */
  async quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void> {
    try {
      await reported(this.#health, 'quarantine', this.#store.quarantine(rows, at));
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

  lastSeq(): Promise<number> {
    return this.#store.lastSeq();
  }

  history(query: JournalQuery): Promise<readonly JournalEntry[]> {
    return this.#store.history(query);
  }

  receipt(key: string): Promise<Receipt | null> {
    return this.#store.receipt(key);
  }

  keepReceipt(receipt: Receipt): Promise<void> {
    return reported(this.#health, 'wishes', this.#store.keepReceipt(receipt));
  }

  probe(): Promise<void> {
    return this.#store.probe();
  }
}

/** A ledger that reports how its writes go. */
export class ReportingLedger implements LaunchLedger {
  readonly #ledger: LaunchLedger;
  readonly #health: Health;

  constructor(ledger: LaunchLedger, health: Health) {
    this.#ledger = ledger;
    this.#health = health;
  }

  intend(entry: LaunchEntry): Promise<void> {
    return reported(this.#health, 'ledger', this.#ledger.intend(entry));
  }

  running(launchId: LaunchId, pid: number, startTime: string): Promise<void> {
    return reported(this.#health, 'ledger', this.#ledger.running(launchId, pid, startTime));
  }

  exited(launchId: LaunchId, exit: ProcessExit): Promise<void> {
    return reported(this.#health, 'ledger', this.#ledger.exited(launchId, exit));
  }

  revoked(launchId: LaunchId): Promise<void> {
    return reported(this.#health, 'ledger', this.#ledger.revoked(launchId));
  }

  newest(): Promise<readonly LaunchEntry[]> {
    return this.#ledger.newest();
  }
}
