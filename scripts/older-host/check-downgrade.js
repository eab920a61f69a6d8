/**
 * Checks that a downgrade is safe. Usage: node scripts/older-host/check-downgrade.js CHECKOUT, a built checkout of 0.1.0 with its
 * native shim; this checkout must be built too.
 *
 * A host of 0.1.0 brings services into every state that can be reached from outside and is killed. A current host
 * adopts them and is killed, or shut down. The older host must then exit with code 2 and a message, and change nothing:
 * every file, every process and the content of the database stay the same. The current host then finds the same
 * processes again. Prints the result for each service, and exits with 1 if a check fails. Takes about 90 seconds, and
 * leaves nothing behind.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkoutOf, Host, keptStates, openDatabase, until } from './host.js';
import { killAll, launches, startOf } from './processes.js';
import { leaveEveryState, LEFT } from './scene.js';

const older = checkoutOf('check-downgrade.js', process.argv[2]);
const today = join(import.meta.dirname, '../..');

/** Services that the current host continues immediately, because their time is over: their state may change. */
const ENDS = new Set(['killing']);
/** Services whose wait of 30 s may end at any time. */
const DUE = new Set(['backoff-due', 'exhausted-due']);
const COMES_TO_REST_MS = 3_000;

const faults = [];
function check(isRight, what) {
  if (!isRight) faults.push(what);
}

const digest = (text) => createHash('sha256').update(text).digest('hex');

/** All files of a state directory with a digest, except those in which a host announces itself. */
function filesOf(stateDir) {
  const files = readdirSync(stateDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('host.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(files.map((file) => [file.slice(stateDir.length + 1), digest(readFileSync(file))]));
}

/** A digest of the content of the database, read from a copy, so that its write-ahead log is not changed. */
async function contentOf(stateDir) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-content-'));
  for (const name of ['coredinator.db', 'coredinator.db-wal']) {
    if (existsSync(join(stateDir, name))) copyFileSync(join(stateDir, name), join(folder, name));
  }
  const database = await openDatabase(join(folder, 'coredinator.db'));
  const parts = [await database.all('PRAGMA user_version')];
  for (const { name } of await database.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
    if (name !== 'probe') parts.push(name, await database.all(`SELECT * FROM ${name} ORDER BY 1, 2`));
  }
  await database.close();
  rmSync(folder, { recursive: true });
  return digest(JSON.stringify(parts));
}

/** Runs a current host until it has continued everything that it can; returns its view of each service. */
async function comeBack(place) {
  const host = await Host.start(today, place);
  await until('"killing" to be ended', async () => (await host.service('killing')).state === 'stopped');
  for (const id of ['launching', 'resolving']) await host.awaitService(id, 'running.ready');
  await pause(COMES_TO_REST_MS);
  const views = new Map((await host.services()).map((view) => [view.id, view]));
  const database = await openDatabase(join(place.stateDir, 'coredinator.db'));
  const aside = await database.all('SELECT reason FROM quarantine');
  await database.close();
  check(aside.length === 0, `${aside.length} rows were quarantined: ${aside[0]?.reason}`);
  return { host, views };
}

/** Runs the older host on a directory that it must not change. */
async function refusedByOlder(place, how) {
  const living = launches(place.stateDir).filter(({ main }) => main !== null);
  const [files, content] = [filesOf(place.stateDir), await contentOf(place.stateDir)];
  const host = new Host(older, place);
  const timer = setTimeout(() => host.signal('SIGKILL'), 20_000);
  const { code } = await host.ended;
  clearTimeout(timer);
  console.log(
    `\nThe older host after ${how}: exit code ${code}, with the message\n  ${host.log.trim().split('\n').at(-1)}`,
  );
  check(code === 2, `the older host ended with ${code} after ${how}`);
  check(/schema \d+/.test(host.log), `the older host did not say why after ${how}`);
  check((await contentOf(place.stateDir)) === content, `the content of the database changed after ${how}`);
  const now = filesOf(place.stateDir);
  const changed = [...new Set([...files.keys(), ...now.keys()])].filter((name) => files.get(name) !== now.get(name));
  // SQLite itself copies the write-ahead log of a killed host into the database: the content is the same.
  const isLog = files.has('coredinator.db-wal') ? (name) => name.startsWith('coredinator.db') : () => false;
  check(changed.every(isLog), `files were changed after ${how}: ${changed.join(', ')}`);
  const gone = living.filter(({ main }) => startOf(main) === null);
  check(gone.length === 0, `processes ended after ${how}: ${gone.map(({ service }) => service).join(', ')}`);
  console.log(
    `    ${living.length} processes alive, ${files.size} files: ${changed.length === 0 ? 'none changed' : `changed ${changed.join(', ')}`}.`,
  );
}

/** Whether a later view shows the same process as an earlier one. */
function isSame(view, pid, generation) {
  return view?.pid === pid && view?.generation === generation;
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...rest] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}

const leafOf = (view) => (view === undefined ? 'unknown' : `${view.state}.${view.substate}`);

async function play(place) {
  await leaveEveryState(older, place);
  const left = await keptStates(place.stateDir);
  const lived = new Map(
    launches(place.stateDir)
      .filter(({ main }) => main !== null)
      .map((launch) => [launch.service, launch]),
  );

  const first = await comeBack(place);
  await first.host.end('SIGKILL');
  await refusedByOlder(place, 'SIGKILL');
  const second = await comeBack(place);
  const { code } = await second.host.end('SIGTERM');
  check(code === 0, `the current host exited with ${code} on SIGTERM`);
  await refusedByOlder(place, 'SIGTERM');
  const third = await comeBack(place);

  const rows = [['service', 'older host', 'current host', 'same process', 'after the older one failed twice']];
  for (const id of Object.keys(LEFT)) {
    const [one, two, three] = [first, second, third].map(({ views }) => views.get(id));
    const launch = lived.get(id);
    const isKept = launch === undefined || isSame(one, launch.main, launch.generation);
    const isStill = [two, three].every(
      (view) => isSame(view, one?.pid, one?.generation) && leafOf(view) === leafOf(one),
    );
    check(isKept || ENDS.has(id), `"${id}" lost its process under the current host`);
    check(
      isStill || DUE.has(id),
      `"${id}" is not the same as before the older host: ${leafOf(one)}, ${leafOf(two)}, ${leafOf(three)}`,
    );
    const same = launch === undefined ? 'had none' : isKept ? 'yes' : 'ended, as intended';
    rows.push([
      id,
      left.get(`service:${id}`),
      leafOf(one),
      same,
      isStill ? 'the same' : DUE.has(id) ? 'its wait ended' : 'CHANGED',
    ]);
  }
  await third.host.end('SIGTERM');
  console.log(`\n${table(rows)}\n`);
}

const folder = mkdtempSync(join(tmpdir(), 'coredinator-downgrade-'));
const place = { basePath: join(folder, 'base'), stateDir: join(folder, 'state') };
try {
  await play(place);
} finally {
  killAll(place.stateDir);
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(`WRONG: ${fault}`);
console.log(faults.length === 0 ? 'A downgrade is safe.' : `${faults.length} checks failed.`);
process.exitCode = faults.length === 0 ? 0 : 1;
