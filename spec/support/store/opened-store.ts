import { join } from 'node:path';

import { Connection } from '../../../lib/store/connection.ts';
import { openStore, type Store, type StoreOptions } from '../../../lib/store/store.ts';
import { temporaryFolder } from '../temporary.ts';

/** One call of a log. */
export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that keeps its records. */
export class RecordingLog {
  readonly records: LogRecord[] = [];
  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  #at(level: LogRecord['level']): (fields: LogRecord['fields'], message: string) => void {
    return (fields, message) => void this.records.push({ level, fields, message });
  }
}

/** A store on disk, with its context for a test. */
export interface OpenedStore extends Store {
  readonly file: string;
  readonly log: RecordingLog;
}

const toClose: (() => Promise<void>)[] = [];

/** The name of a database in a new folder; it is not created. */
export function newStoreFile(): string {
  return join(temporaryFolder(), 'state', 'coredinator.db');
}

/** Opens a store, by default a new one, with its clock at 1,700,000,000,000. */
export async function openedStore(options: Partial<StoreOptions> = {}): Promise<OpenedStore> {
  const file = options.file ?? newStoreFile();
  const log = new RecordingLog();
  const clock = { now: () => 1_700_000_000_000, random: () => 0.5 };
  const store = await openStore({ file, log, clock, ...options });
  toClose.push(() => store.close());
  return { ...store, file, log };
}

/** A connection of another program to the same file. */
export function foreignConnection(file: string, setup = ''): Connection {
  const connection = new Connection(file, setup);
  toClose.push(() => connection.drop());
  return connection;
}

/** Closes everything that this file opened; for afterEach. */
export async function closeStores(): Promise<void> {
  for (const close of toClose.splice(0)) await close();
}
