import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import type { LaunchId } from '../model/ids.ts';
import type { ProcessExit } from '../model/process.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Instant } from '../model/time.ts';
import type { Wish } from '../model/wish.ts';
import type { ActorCommit, ActorRow, ActorStore, QuarantinedRow, WishCommit } from './actor-store.ts';
import type { LaunchEntry, LaunchLedger } from './launch-ledger.ts';

/** Who writes: the recorder's flush, a command's wish or receipt, an entry of the launch ledger, or a row for the quarantine. */
export type StoreWriter = 'flush' | 'wish' | 'ledger' | 'quarantine';

/** Carries a write out, and sees how it goes. */
export type Watch = (writer: StoreWriter, write: () => Promise<void>) => Promise<void>;

/** A store whose writes are watched; it reads as the one that it stands for. */
export class WatchedStore implements ActorStore {
  readonly #store: ActorStore;
  readonly #watch: Watch;

  constructor(store: ActorStore, watch: Watch) {
    this.#store = store;
    this.#watch = watch;
  }

  commitActors(commit: ActorCommit): Promise<void> {
    return this.#watch('flush', () => this.#store.commitActors(commit));
  }

  commitWishes(commit: WishCommit): Promise<void> {
    return this.#watch('wish', () => this.#store.commitWishes(commit));
  }

  quarantine(rows: readonly QuarantinedRow[], at: Instant): Promise<void> {
    return this.#watch('quarantine', () => this.#store.quarantine(rows, at));
  }

  keepReceipt(receipt: Receipt): Promise<void> {
    return this.#watch('wish', () => this.#store.keepReceipt(receipt));
  }

  loadActors(): Promise<readonly ActorRow[]> {
    return this.#store.loadActors();
  }

  loadWishes(): Promise<readonly Wish[]> {
    return this.#store.loadWishes();
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

  probe(): Promise<void> {
    return this.#store.probe();
  }
}

/** A ledger whose writes are watched. */
export class WatchedLedger implements LaunchLedger {
  readonly #ledger: LaunchLedger;
  readonly #watch: Watch;

  constructor(ledger: LaunchLedger, watch: Watch) {
    this.#ledger = ledger;
    this.#watch = watch;
  }

  intend(entry: LaunchEntry): Promise<void> {
    return this.#watch('ledger', () => this.#ledger.intend(entry));
  }

  running(launchId: LaunchId, pid: number, startTime: string): Promise<void> {
    return this.#watch('ledger', () => this.#ledger.running(launchId, pid, startTime));
  }

  exited(launchId: LaunchId, exit: ProcessExit): Promise<void> {
    return this.#watch('ledger', () => this.#ledger.exited(launchId, exit));
  }

  revoked(launchId: LaunchId): Promise<void> {
    return this.#watch('ledger', () => this.#ledger.revoked(launchId));
  }

  newest(): Promise<readonly LaunchEntry[]> {
    return this.#ledger.newest();
  }
}
