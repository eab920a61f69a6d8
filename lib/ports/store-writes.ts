import type { StoreUnavailableError } from '../model/errors.ts';

/**
 * Who writes: the recorder's flush, a command's intention or idempotency record, an entry of the launch ledger, or a
 * quarantined row.
 */
export type StoreWriter = 'flush' | 'command' | 'ledger' | 'quarantine';

/** The result of one write. */
export interface StoreWrite {
  readonly writer: StoreWriter;
  /** From the call until it was durable or had failed. */
  readonly seconds: number;
  /** Null: it is durable. */
  readonly error: StoreUnavailableError | null;
}

/**
 * Called for each write before its caller is answered, even if several share a transaction. Must not throw: no later
 * write would finish.
 */
export type OnStoreWrite = (write: StoreWrite) => void;
