import { access, rename } from 'node:fs/promises';

import { z } from 'zod';

import { isoOf, type Instant } from '../../model/values/time.ts';
import type { Log } from '../../ports/log.ts';
import type { SqlSession } from '../connection.ts';
import { sqliteCode } from '../failure.ts';
import type { Table } from '../rows/batch.ts';
import { migrate, MIGRATIONS, schemaVersion } from './migrations.ts';

const nameRow = z.object({ name: z.string() });
const checkpointRow = z.object({ busy: z.number() });
const checkRow = z.object({ quick_check: z.string() });

/** The structure of the database is damaged, although SQLite could open it. */
class CorruptStoreError extends Error {
  readonly code = 'SQLITE_CORRUPT';
}

/** Rejects with an error of the kind `corrupt` if the structure of the database is damaged. */
export async function checkIntegrity(session: SqlSession): Promise<void> {
  const [row] = await session.all('PRAGMA quick_check(1)');
  const { quick_check: finding } = checkRow.parse(row);
  if (finding !== 'ok') throw new CorruptStoreError(finding);
}

/**
 * Copies the write-ahead log into the database, so that it no longer hides an overwritten beginning of that. The
 * integrity of both together was checked. Rejects if another program holds it.
 */
export async function restoreFromLog(session: SqlSession): Promise<void> {
  const [row] = await session.all('PRAGMA wal_checkpoint(TRUNCATE)');
  if (checkpointRow.parse(row).busy !== 0) throw new Error('another program reads the database');
}

/** Renames a database and its companion files to an unused name, and returns the new name of the database. */
export async function moveAside(file: string, at: Instant): Promise<string> {
  const stem = `${file}.corrupt-${isoOf(at)}`;
  let aside = stem;
  for (let n = 2; await exists(aside); n += 1) aside = `${stem}-${n}`;
  await rename(file, aside);
  for (const suffix of ['-wal', '-shm']) {
    if (await exists(file + suffix)) await rename(file + suffix, aside + suffix);
  }
  return aside;
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

// The intentions first: what else is copied depends on them. Damage is mostly in the journal, which is most of the file.
// Samples of the resource usage are not copied: they are many, and of one day.
const TABLES: readonly Table[] = [
  'wish',
  'version_pin',
  'actor_snapshot',
  'launch',
  'port',
  'receipt',
  'webhook',
  'webhook_mute',
  'config_revision',
  'quarantine',
  'journal',
];

/**
 * Copied only together with the intentions. An actor without its intention would be stopped, together with a process
 * that no command stopped.
 */
const DEPENDENT: ReadonlySet<Table> = new Set(['actor_snapshot', 'journal']);

/**
 * Copies every readable table of a damaged database into a new and empty one, each table completely or not at all; rows
 * are checked when they are loaded. The new database gets the schema of the damaged one, which may be older.
 *
 * If the intentions are lost, actors and events stay in the damaged file: the host restores the intentions from their
 * copy if that is newer than the newest event (`storedIntentions`), and until then it may be killed at any instruction.
 */
export async function salvage(file: string, session: SqlSession, aside: string, log: Log): Promise<void> {
  try {
    await session.run('ATTACH ?1 AS aside', aside);
    const schema = await schemaVersion(session, 'aside');
    const newest = MIGRATIONS.at(-1)?.id ?? 0;
    if (schema < 1 || schema > newest) {
      throw new Error(`it has schema ${schema}, but this version only knows schemas 1 to ${newest}`);
    }
    await migrate(
      file,
      session,
      MIGRATIONS.filter(({ id }) => id <= schema),
    );
    const lost = new Set<Table>();
    for (const table of await presentTables(session)) {
      const isLeft = DEPENDENT.has(table) && lost.has('wish');
      if (isLeft) log.error({ table }, 'a table of the corrupt store is not copied, because the intentions are lost');
      else if (!(await copy(session, table, log))) lost.add(table);
    }
  } catch (error) {
    log.error({ err: error, aside }, 'nothing could be read from the corrupt store');
  } finally {
    await session.drop(); // detaches, even from a damaged database
  }
}

async function presentTables(session: SqlSession): Promise<readonly Table[]> {
  const rows = await session.all(`SELECT name FROM main.sqlite_schema WHERE type = 'table'`);
  const names = new Set(rows.map((row) => nameRow.parse(row).name));
  return TABLES.filter((table) => names.has(table));
}

async function copy(session: SqlSession, table: Table, log: Log): Promise<boolean> {
  try {
    // Without the ORDER BY, SQLite would copy pages instead of rows, those of damaged indexes too.
    await session.run(`INSERT INTO main.${table} SELECT * FROM aside.${table} ORDER BY rowid`);
    log.warn({ table }, 'a table of the corrupt store was copied into the new one');
    return true;
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    log.error({ err: error, table }, 'a table of the corrupt store could not be copied and starts empty');
    return false;
  }
}
