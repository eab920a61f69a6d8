/** A day of events in the journal of a host that is not running. */
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A crash and what follows, each with the time since the crash where crashes lie apart. */
const CYCLE = [
  ['process.exited', null, null, { code: 1, class: 'code', generation: 1 }, 0],
  ['service.state_changed', 'running', 'backoff', {}, 0],
  ['service.state_changed', 'backoff', 'starting', {}, 8 * MINUTE_MS],
  ['process.launched', null, null, { pid: 1, generation: 1 }, 8 * MINUTE_MS],
  ['service.state_changed', 'starting', 'running', { substate: 'ready' }, 11 * MINUTE_MS],
];

/** Evenly over the day, whatever belongs together. */
function evenTime(index, count) {
  return Math.round((index / count) * (DAY_MS - 2 * MINUTE_MS));
}

/** Crashes at times of their own, each with what follows. */
function crashTime(index, count, services) {
  const [service, round] = [index % services, Math.floor(index / services)];
  const crashes = Math.ceil(count / services / CYCLE.length);
  const [crash, step] = [Math.floor(round / CYCLE.length), round % CYCLE.length];
  const share = (crash + ((service * 37 + crash * 61) % 89) / 89) / crashes;
  return Math.round(share * (DAY_MS - 20 * MINUTE_MS)) + CYCLE[step][4];
}

/**
 * Writes so many events of the last day into a database, spread over these services: evenly, or as crashes with what follows.
 * What the journal has of a host that has started and ended becomes the beginning and the end of the day.
 */
export async function writeDay(file, count, services, { areCrashes = false } = {}) {
  const database = await open({ filename: file, driver: sqlite3.Database });
  const begin = Date.now() - DAY_MS + MINUTE_MS;
  const { newest, at: last } = await database.get('SELECT coalesce(max(seq), 0) AS newest, max(at) AS at FROM journal');
  const events = Array.from({ length: count }, (_, index) => {
    const [type, from, to, detail] = CYCLE[Math.floor(index / services.length) % CYCLE.length];
    const after = areCrashes ? crashTime(index, count, services.length) : evenTime(index, count);
    return { at: begin + after, type, service: services[index % services.length], from, to, detail };
  }).sort((one, other) => one.at - other.at);
  await database.exec('BEGIN');
  await database.run(`UPDATE journal SET seq = ?, at = ? WHERE type = 'host.stopped'`, [
    newest + count + 1,
    begin + DAY_MS - 2 * MINUTE_MS,
  ]);
  await database.run(`UPDATE journal SET at = at - ? WHERE type <> 'host.stopped'`, [last - begin + 1_000]);
  for (const [index, { at, type, service, from, to, detail }] of events.entries()) {
    await database.run(
      `INSERT INTO journal (seq, at, type, agent_id, service_id, from_state, to_state, cause, correlation_id, detail)
       VALUES (?, ?, ?, NULL, ?, ?, ?, 'deadline', NULL, ?)`,
      [newest + 1 + index, at, type, service, from, to, JSON.stringify(detail)],
    );
  }
  await database.exec('COMMIT');
  await database.close();
}
