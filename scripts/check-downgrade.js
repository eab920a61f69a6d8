/**
 * Is the way back safe? Usage: node scripts/check-downgrade.js CHECKOUT, a built checkout of 0.1.0 with its native shim; this one is built too.
 *
 * A host of 0.1.0 brings services into every state that can be held from outside and is killed. A host of today adopts them and is killed, or
 * ended in order. The older one must then end with exit code 2 and a sentence, and disturb nothing: every file, every process and the content of
 * the database stay as they are. The host of today comes back to the same processes. Prints what became of each service, and ends
 * with 1 when one of this does not hold. Takes about a minute and a half, and leaves nothing behind.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkoutOf, Host, keptStates, openDatabase, until } from './older-host/host.js';
import { killAll, launches, startOf } from './older-host/processes.js';
import { leaveEveryState, LEFT } from './older-host/scene.js';

const older = checkoutOf('check-downgrade.js', process.argv[2]);
const today = join(import.meta.dirname, '..');

/** What the host of today goes on with at once, because its time is over: it need not be where it was. */
const ENDS = new Set(['killing']);
/** What a wait of half a minute ends for, whenever that may be. */
const DUE = new Set(['backoff-due', 'exhausted-due']);
const COMES_TO_REST_MS = 3_000;

const faults = [];
function check(isRight, what) {
  if (!isRight) faults.push(what);
}

const digest = (text) => createHash('sha256').update(text).digest('hex');

/** Every file of a state directory with a digest, but for those by which a host says that it is there. */
function filesOf(stateDir) {
  const files = readdirSync(stateDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('host.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(files.map((file) => [file.slice(stateDir.length + 1), digest(readFileSync(file))]));
}

/** A digest of all that the database says; it is read from a copy, so that its write-ahead log stays where it is. */
async function contentOf(stateDir) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-content-'));
  for (const name of ['coredinator.db', 'coredinator.db-wal']) {
    if (existsSync(join(stateDir, name))) copyFileSync(join(stateDir, name), join(folder, name));
  }
  const database = await openDatabase(join(folder, 'coredinator.db'));
  const parts = [await database.all('PRAGMA user_version')];
  for (const { name } of await database.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
    if (name !== 'probe') parts.push(name, await database.all(`SELECT * FROM ${name} ORDER BY rowid`));
  }
  await database.close();
  rmSync(folder, { recursive: true });
  return digest(JSON.stringify(parts));
}

/** A host of today, once everything that it can go on with at once is through; gives what it says of each service. */
async function comeBack(place) {
  const host = await Host.start(today, place);
  await until('"killing" to be ended', async () => (await host.service('killing')).state === 'stopped');
  for (const id of ['launching', 'resolving']) await host.awaitService(id, 'running.ready');
  await pause(COMES_TO_REST_MS);
  const views = new Map((await host.services()).map((view) => [view.id, view]));
  const database = await openDatabase(join(place.stateDir, 'coredinator.db'));
  const aside = await database.all('SELECT reason FROM quarantine');
  await database.close();
  check(aside.length === 0, `${aside.length} rows were set aside: ${aside[0]?.reason}`);
  return { host, views };
}

/** The older host on a directory that it must leave alone. */
async function refusedByOlder(place, how) {
  const living = launches(place.stateDir).filter(({ main }) => main !== null);
  const [files, content] = [filesOf(place.stateDir), await contentOf(place.stateDir)];
  const host = new Host(older, place);
  const timer = setTimeout(() => host.signal('SIGKILL'), 20_000);
  const { code } = await host.ended;
  clearTimeout(timer);
  console.log(`\nThe older host after ${how}: exit code ${code}, and says\n  ${host.log.trim().split('\n').at(-1)}`);
  check(code === 2, `the older host ended with ${code} after ${how}`);
  check(/schema \d+/.test(host.log), `the older host did not say why after ${how}`);
  check((await contentOf(place.stateDir)) === content, `the database says something else after ${how}`);
  const now = filesOf(place.stateDir);
  const changed = [...new Set([...files.keys(), ...now.keys()])].filter((name) => files.get(name) !== now.get(name));
  // SQLite itself moves what a killed host has left in the log beside the database into it: the content is the same.
  const isLog = files.has('coredinator.db-wal') ? (name) => name.startsWith('coredinator.db') : () => false;
  check(changed.every(isLog), `files were changed after ${how}: ${changed.join(', ')}`);
  const gone = living.filter(({ main }) => startOf(main) === null);
  check(gone.length === 0, `processes ended after ${how}: ${gone.map(({ service }) => service).join(', ')}`);
  console.log(
    `  ${living.length} processes live, ${files.size} files: ${changed.length === 0 ? 'none changed' : `changed ${changed.join(', ')}`}.`,
  );
}

/** Whether a later view shows the process that an earlier one did. */
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
  check(code === 0, `the host of today ended with ${code} on SIGTERM`);
  await refusedByOlder(place, 'SIGTERM');
  const third = await comeBack(place);

  const rows = [['service', 'older host', 'host of today', 'same process', 'after the older one was refused, twice']];
  for (const id of Object.keys(LEFT)) {
    const [one, two, three] = [first, second, third].map(({ views }) => views.get(id));
    const launch = lived.get(id);
    const isKept = launch === undefined || isSame(one, launch.main, launch.generation);
    const isStill = [two, three].every(
      (view) => isSame(view, one?.pid, one?.generation) && leafOf(view) === leafOf(one),
    );
    check(isKept || ENDS.has(id), `"${id}" lost its process to the host of today`);
    check(
      isStill || DUE.has(id),
      `"${id}" is not as it was before the older host: ${leafOf(one)}, ${leafOf(two)}, ${leafOf(three)}`,
    );
    const same = launch === undefined ? 'had none' : isKept ? 'yes' : 'ended, as asked';
    rows.push([
      id,
      left.get(`service:${id}`),
      leafOf(one),
      same,
      isStill ? 'the same' : DUE.has(id) ? 'its time came' : 'CHANGED',
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
console.log(faults.length === 0 ? 'Going back is safe.' : `${faults.length} things are wrong.`);
process.exitCode = faults.length === 0 ? 0 : 1;
