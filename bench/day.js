/** A day of events in the journal of a host that is not running. */
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';

const DAY_MS = 24 * 60 * 60 * 1000;

const CYCLE = [
  ['service.state_changed', 'running', 'backoff', {}],
  ['service.state_changed', 'backoff', 'starting', {}],
  ['process.launched', null, null, { pid: 1, generation: 1 }],
  ['service.state_changed', 'starting', 'running', { substate: 'ready' }],
  ['process.exited', null, null, { code: 1, class: 'code', generation: 1 }],
];

/** Writes so many events of the last day into a database, spread over these services. */
export async function writeDay(file, count, services) {
  const database = await open({ filename: file, driver: sqlite3.Database });
  const begin = Date.now() - DAY_MS + 60_000;
  const { seq } = await database.get('SELECT coalesce(max(seq), 0) AS seq FROM journal');
  await database.exec('BEGIN');
  for (let index = 0; index < count; index += 1) {
    const [type, from, to, detail] = CYCLE[Math.floor(index / services.length) % CYCLE.length];
    const at = Math.round(begin + (index / count) * (DAY_MS - 120_000));
    await database.run(
      `INSERT INTO journal (seq, at, type, agent_id, service_id, from_state, to_state, cause, correlation_id, detail)
       VALUES (?, ?, ?, NULL, ?, ?, ?, 'deadline', NULL, ?)`,
      [seq + 1 + index, at, type, services[index % services.length], from, to, JSON.stringify(detail)],
    );
  }
  await database.exec('COMMIT');
  await database.close();
}
