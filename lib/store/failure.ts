import { StoreUnavailableError } from '../model/errors.ts';

/**
 * The cause of a failed statement. `caller`: these rows cannot be written, but others can (a taken key, a wrong type).
 * `store`: nothing can be written at present (disk full, locked, read-only, I/O error). `corrupt`: the file is not a
 * valid database.
 */
export type FailureKind = 'caller' | 'store' | 'corrupt';

const STORE_CODES = new Set([
  'SQLITE_AUTH',
  'SQLITE_BUSY',
  'SQLITE_CANTOPEN',
  'SQLITE_FULL',
  'SQLITE_INTERNAL',
  'SQLITE_INTERRUPT',
  'SQLITE_IOERR',
  'SQLITE_LOCKED',
  'SQLITE_MISUSE',
  'SQLITE_NOLFS',
  'SQLITE_NOMEM',
  'SQLITE_PERM',
  'SQLITE_PROTOCOL',
  'SQLITE_READONLY',
]);
const CORRUPT_CODES = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT']);

/** The SQLite result code of an error, such as `SQLITE_BUSY`; null for any other error. */
export function sqliteCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Classifies an error of the driver. */
export function failureKind(error: unknown): FailureKind {
  const code = sqliteCode(error) ?? '';
  if (CORRUPT_CODES.has(code)) return 'corrupt';
  return STORE_CODES.has(code) ? 'store' : 'caller';
}

/** The error that callers get; `doing` completes "cannot be". */
export function unavailable(file: string, doing: string, error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(`The store "${file}" cannot be ${doing}: ${reason}.`, { cause: error });
}
