import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';

/** The launches in the index of a host that is dead or at rest; read from a copy, so that the next host finds it unchanged. */
export async function indexedLaunches({ folder, stateDir }) {
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const name of ['coredinator.db', 'coredinator.db-wal']) {
    if (existsSync(join(stateDir, name))) copyFileSync(join(stateDir, name), join(copy, name));
  }
  if (!existsSync(join(copy, 'coredinator.db'))) return [];
  const database = await open({ filename: join(copy, 'coredinator.db'), driver: sqlite3.Database });
  try {
    const [{ count }] = await database.all("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'launch'");
    if (count === 0) return []; // it was killed before its first migration
    return await database.all('SELECT launch_id, state, intended_at FROM launch');
  } catch (error) {
    if (error.code === 'SQLITE_CORRUPT' || error.code === 'SQLITE_NOTADB') return []; // a fault has done that
    throw error;
  } finally {
    await database.close();
    rmSync(copy, { recursive: true });
  }
}

/** The owner of each launch with a folder: `shim`, `revoked`, or null without a claim. */
export function claims({ stateDir }) {
  const run = join(stateDir, 'run');
  const names = existsSync(run) ? readdirSync(run).filter((name) => !name.startsWith('.')) : [];
  return new Map(names.map((name) => [name, ownerOf(join(run, name, 'claim'))]));
}

function ownerOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).owner : null;
}
