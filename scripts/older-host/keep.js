import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDatabase } from './host.js';
import { launches } from './processes.js';

/** A database is kept together with its write-ahead log: SQLite reads both. */
const DATABASE = ['coredinator.db', 'coredinator.db-wal'];

/**
 * Stores a base path and a state directory as text in `folder`. Everything that differs on another machine, or at
 * another time, becomes a placeholder (spec/support/store/kept-state.ts fills them in). `edit` may change the copy of the
 * database; the original is only read.
 */
export async function keep({ basePath, stateDir }, folder, { at, revisionOf, edit }) {
  const work = mkdtempSync(join(tmpdir(), 'coredinator-keep-'));
  for (const name of DATABASE) {
    if (statSync(join(stateDir, name), { throwIfNoEntry: false })) copyFileSync(join(stateDir, name), join(work, name));
  }
  const database = await openDatabase(join(work, 'coredinator.db'));
  await edit(database);
  const live = await liveLaunches(database, stateDir);
  const words = wordsOf({ basePath, stateDir, at, live });
  rmSync(folder, { recursive: true, force: true });
  put(join(folder, 'database.sql'), words(await dumpOf(database, revisionOf, basePath)));
  await database.close();
  rmSync(work, { recursive: true });
  for (const name of filesIn(basePath)) {
    put(join(folder, 'base', name), words(readFileSync(join(basePath, name), 'utf8')));
    chmodSync(join(folder, 'base', name), statSync(join(basePath, name)).mode & 0o777);
  }
  const holes = {};
  for (const name of filesIn(stateDir).filter((path) => isKept(path, stateDir, live))) {
    const { text, hole } = withoutHole(join(stateDir, name));
    if (hole > 0) holes[name] = hole;
    put(join(folder, 'state', name), words(text));
  }
  put(join(folder, 'live.json'), words(`${JSON.stringify({ live: live.map(asRun), holes }, null, 2)}\n`));
  assertNoPlaces(folder);
}

function put(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The regular files below a folder, by relative path. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Records and output, except what a process writes again when it is launched again, and empty files. */
function isKept(name, stateDir, live) {
  const path = join(stateDir, name);
  if (!/^(run|exits|logs)\/|^instance-id$/.test(name) || statSync(path).size === 0) return false;
  const isAgain = live.some(({ service, generation }) => name.startsWith(`logs/${service}/${generation}.`));
  return !isAgain || name.endsWith('.head') || existsSync(`${path}.head`);
}

/** The deleted part of an output file reads as NULs, which are not stored. */
function withoutHole(file) {
  const bytes = readFileSync(file);
  const first = bytes.findIndex((byte) => byte !== 0);
  return { text: bytes.subarray(Math.max(first, 0)).toString(), hole: Math.max(first, 0) };
}

/** Every live launch, with everything needed to recreate it. */
async function liveLaunches(database, stateDir) {
  const living = launches(stateDir).filter(({ main }) => main !== null);
  return Promise.all(
    living.map(async (launch) => {
      const [{ executable_path: program }] = await database.all(
        'SELECT executable_path FROM launch WHERE launch_id = ?',
        launch.launchId,
      );
      const [{ snapshot }] = await database.all(
        'SELECT snapshot FROM actor_snapshot WHERE path = ?',
        `service:${launch.service}`,
      );
      const [claim, main] = ['claim', 'pid'].map((name) =>
        JSON.parse(readFileSync(join(stateDir, 'run', launch.launchId, name), 'utf8')),
      );
      return { ...launch, program, claim, record: main, spec: JSON.parse(snapshot).context.spec };
    }),
  );
}

function asRun({ launchId, service, generation, program, spec, shim }) {
  const { args, env, stop } = spec;
  return { launchId, service, generation, command: [program, ...args], env, stop, isShimAlive: shim !== null };
}

/** Replaces everything that is specific to this machine and time with placeholders. */
function wordsOf({ basePath, stateDir, at, live }) {
  const instance = readFileSync(join(stateDir, 'instance-id'), 'utf8').trim();
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const prints = readdirSync(basePath).map((name) => [
    printOf(join(basePath, name)),
    `{{FINGERPRINT ${join(basePath, name)}}}`,
  ]);
  return (text) => {
    let result = text;
    for (const [print, word] of prints) result = result.replaceAll(`"${print}"`, `"${word}"`);
    result = result.replaceAll(/"\d+:\d+:\d+(\.\d+)?:\d+"/g, '"of a file that is gone"');
    result = result.replaceAll(basePath, '{{BASE}}').replaceAll(instance, '{{INSTANCE}}').replaceAll(boot, '{{BOOT}}');
    for (const { launchId, claim, record } of live) {
      result = result.replaceAll(`"pid":${record.pid},`, `"pid":{{PID ${launchId}}},`);
      result = result.replaceAll(`"pid":${claim.pid},`, `"pid":{{SHIM ${launchId}}},`);
      result = result.replaceAll(`,${record.pid},'${record.start}',`, `,{{PID ${launchId}}},'{{START ${launchId}}}',`);
      for (const [key, { start }, word] of [
        ['startTime', record, 'START'],
        ['start', record, 'START'],
      ]) {
        result = result.replaceAll(
          `{{PID ${launchId}}},"${key}":"${start}"`,
          `{{PID ${launchId}}},"${key}":"{{${word} ${launchId}}}"`,
        );
      }
      result = result.replaceAll(
        `{{SHIM ${launchId}}},"start":"${claim.start}"`,
        `{{SHIM ${launchId}}},"start":"{{SHIM-START ${launchId}}}"`,
      );
    }
    return result.replaceAll(/(?<![\w.-])1[6-9]\d{11}(\.\d+)?(?![\w-])/g, (instant) => offset(Number(instant) - at));
  };
}

function offset(ms) {
  return `{{T${ms < 0 ? '' : '+'}${ms}}}`;
}

/** The fingerprint of a file in 0.1.0. */
function printOf(path) {
  const { ino, size, mtimeMs, mode } = statSync(path);
  return `${ino}:${size}:${mtimeMs}:${mode}`;
}

/** The complete database as SQL, one row per line. */
async function dumpOf(database, revisionOf, basePath) {
  const [{ user_version: version }] = await database.all('PRAGMA user_version');
  const schema = await database.all(
    "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
  );
  const lines = schema.map(({ sql }) => `${sql};`);
  for (const { name } of schema.filter(({ type }) => type === 'table')) {
    for (const row of await database.all(`SELECT * FROM ${name} ORDER BY rowid`)) {
      const cells = Object.values(name === 'actor_snapshot' ? withRevision(row, revisionOf, basePath) : row);
      lines.push(`INSERT INTO ${name} VALUES (${cells.map(literal).join(',')});`);
    }
  }
  return [...lines, `PRAGMA user_version = ${version};`, ''].join('\n');
}

/** The revision of a spec with paths differs on another base path. */
function withRevision(row, revisionOf, basePath) {
  const { context } = JSON.parse(row.snapshot);
  const isOfPaths = context.spec !== undefined && JSON.stringify(context.spec).includes(basePath);
  if (!isOfPaths || context.revision !== revisionOf(context.spec)) return row;
  return { ...row, snapshot: row.snapshot.replace(`"revision":"${context.revision}"`, '"revision":"{{REVISION}}"') };
}

function literal(value) {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

/** Nothing specific to the machine that created it may remain. */
function assertNoPlaces(folder) {
  for (const name of filesIn(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const place = [tmpdir(), homedir(), process.cwd()].find((path) => text.includes(`${path}/`));
    if (place !== undefined) throw new Error(`"${join(folder, name)}" names "${place}".`);
  }
}
