import type { StoreUnavailableError } from '../model/errors.ts';

/** Who writes: the recorder's flush, a command's intention or idempotencyRecord, an entry of the launch ledger, or a row for the quarantine. */
export type StoreWriter = 'flush' | 'command' | 'ledger' | 'quarantine';

/** How one write went. */
export interface StoreWrite {
  readonly writer: StoreWriter;
  /** From the call until it was durable or refused. */
  readonly seconds: number;
  /** Null: it is durable. */
  readonly error: StoreUnavailableError | null;
}

/** Told of each write before its caller is answered, also where many share a transaction. Must not throw: no later write would end. */
export type OnStoreWrite = (write: StoreWrite) => void;
