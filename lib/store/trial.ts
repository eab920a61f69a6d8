import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from './connection.ts';

/**
 * Creates, locks and writes a test database in a folder, and deletes it. Rejects with the error of SQLite if that
 * fails.
 */
export async function canStoreIn(folder: string): Promise<void> {
  const file = join(folder, `.coredinator-trial.${process.pid}.db`);
  const setup = 'PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL;';
  const writer = new Connection(file, setup, { mayCreate: true });
  const other = new Connection(file, 'PRAGMA busy_timeout = 0;');
  try {
    await writer.exec('CREATE TABLE trial (n INTEGER); BEGIN IMMEDIATE; INSERT INTO trial VALUES (1);');
    const isLocked = await other.exec('BEGIN IMMEDIATE; ROLLBACK;').then(
      () => false,
      () => true,
    );
    if (!isLocked) throw new Error('two writers got the same lock at the same time');
    await writer.exec('COMMIT;');
  } finally {
    await other.drop();
    await writer.drop();
    for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
  }
}
