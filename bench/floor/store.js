import { open } from 'sqlite';
import sqlite3 from 'sqlite3';

/** As the store of the host opens its database. */
const SETUP = `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  PRAGMA journal_size_limit = ${16 * 1024 * 1024};
  CREATE TABLE IF NOT EXISTS service (id TEXT PRIMARY KEY, wanted INTEGER NOT NULL, generation INTEGER NOT NULL, restarts INTEGER NOT NULL,
    launch TEXT, boot TEXT, launched_at INTEGER, pid INTEGER, start TEXT, is_over INTEGER NOT NULL, exit TEXT) WITHOUT ROWID;`;

const COLUMNS = [
  'id',
  'wanted',
  'generation',
  'restarts',
  'launch',
  'boot',
  'launched_at',
  'pid',
  'start',
  'is_over',
  'exit',
];

const literal = (cell) => (typeof cell === 'string' ? `'${cell.replaceAll("'", "''")}'` : String(cell ?? null));

const literalsOf = ({ row }) => `(${COLUMNS.map((name) => literal(row[name])).join(',')})`;

/** Any number of rows in one statement, which is its own transaction and one turn of the thread of SQLite. */
const saveAll = (services) =>
  `INSERT OR REPLACE INTO service (${COLUMNS.join(', ')}) VALUES ${services.map(literalsOf).join(',')}`;

/**
 * Opens the database. `rows` is what it contained; `save(service)` resolves when the row that the service has by then is
 * committed. What is to be saved during one commit is saved together by the next.
 */
export async function openStore(filename) {
  const database = await open({ filename, driver: sqlite3.Database });
  await database.exec(SETUP);
  let waiting = new Set();
  let last = Promise.resolve();
  let next = null;
  const commit = async () => {
    next = null;
    const services = [...waiting];
    waiting = new Set();
    await database.exec(saveAll(services));
  };
  return {
    rows: await database.all('SELECT * FROM service'),
    save(service) {
      waiting.add(service);
      next ??= last = last.then(commit);
      return next;
    },
  };
}
