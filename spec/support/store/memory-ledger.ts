import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import type { LaunchId, ServiceId } from '../../../lib/model/values/ids.ts';
import type { LaunchEntry, LaunchLedger, LaunchedProcess } from '../../../lib/ports/launch-ledger.ts';
import type { OnStoreWrite } from '../../../lib/ports/store-writes.ts';

/** A launch ledger in memory, which survives the hosts that a test opens and closes. */
export interface MemoryLedger extends LaunchLedger {
  readonly entries: ReadonlyMap<LaunchId, LaunchEntry>;
  /** The number of durable writes. */
  readonly writes: number;
  /** Called with the result of each write; initially none. */
  onWrite: OnStoreWrite;
  /** From now on every write is rejected, or (false) accepted again. */
  breakDown(isBroken: boolean): void;
  /** Adds an entry, like an earlier host. */
  put(entry: LaunchEntry): void;
  /** Loses an entry. */
  lose(launchId: LaunchId): void;
  /** Another ledger with what is durable in this one. Keeps whether writes fail. */
  forked(): MemoryLedger;
}

class LedgerInMemory implements MemoryLedger {
  readonly entries = new Map<LaunchId, LaunchEntry>();
  writes = 0;
  onWrite: OnStoreWrite = () => undefined;
  #isBroken = false;

  forked(): MemoryLedger {
    const fork = new LedgerInMemory();
    for (const entry of this.entries.values()) fork.put(entry);
    fork.#isBroken = this.#isBroken;
    fork.writes = this.writes;
    return fork;
  }

  breakDown(isBroken: boolean): void {
    this.#isBroken = isBroken;
  }

  put(entry: LaunchEntry): void {
    this.entries.set(entry.launchId, entry);
  }

  lose(launchId: LaunchId): void {
    this.entries.delete(launchId);
  }

  intend(entry: LaunchEntry): Promise<void> {
    return this.#write(() => {
      const open = [...this.entries.values()].find(({ serviceId, state }) => {
        return serviceId === entry.serviceId && (state === 'intent' || state === 'running');
      });
      if (open !== undefined) throw new StoreUnavailableError(`"${entry.serviceId}" has an open launch already.`);
      this.put(entry);
    });
  }

  running(launchId: LaunchId, process: LaunchedProcess): Promise<void> {
    return this.#change(launchId, { state: 'running', ...process });
  }

  exited(launchId: LaunchId, exit: NonNullable<LaunchEntry['exit']>): Promise<void> {
    return this.#change(launchId, { state: 'exited', exit });
  }

  revoked(launchId: LaunchId): Promise<void> {
    return this.#change(launchId, { state: 'revoked' });
  }

  newest(): Promise<readonly LaunchEntry[]> {
    const newest = new Map<ServiceId, LaunchEntry>();
    for (const entry of this.entries.values()) {
      if (entry.generation >= (newest.get(entry.serviceId)?.generation ?? 0)) newest.set(entry.serviceId, entry);
    }
    return Promise.resolve([...newest.values()]);
  }

  #change(launchId: LaunchId, change: Partial<LaunchEntry>): Promise<void> {
    return this.#write(() => {
      const entry = this.entries.get(launchId);
      if (entry === undefined) throw new Error(`There is no launch ${launchId}.`);
      this.put({ ...entry, ...change });
    });
  }

  async #write(write: () => void): Promise<void> {
    await Promise.resolve();
    try {
      if (this.#isBroken) throw new StoreUnavailableError('The ledger is broken by its test.');
      write();
      this.writes += 1;
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.onWrite({ writer: 'ledger', seconds: 0, error });
      throw error;
    }
    this.onWrite({ writer: 'ledger', seconds: 0, error: null });
  }
}

/** A new empty ledger. */
export function memoryLedger(): MemoryLedger {
  return new LedgerInMemory();
}
