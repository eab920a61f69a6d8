/**
 * Measures the structure of the code, and prints it as a Markdown table: `npm run figures`.
 *
 * A transition is one branch that the interpreter may take: each candidate of each event of each state, those of `on`,
 * `after`, `always` and the `onDone` and `onError` of invocations. One that was spread into five states counts five
 * times.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const lib = join(import.meta.dirname, '../lib');
const SOURCE = /\.(ts|tsx|c|h|js|mjs)$/;
const FOLDERS = 5;
const STATES = ['stopped', 'starting', 'running', 'stopping', 'backoff', 'failed'];

/** The guards of transitions that judge the end of a process: the four branches, and the one into the judging state. */
const OF_ENDS = new Set(['completes', 'fallsBack', 'givesUp', 'retries', 'reportsEnd']);

/** The level of each folder of lib; an import leads upwards if it leads to a higher number. */
const HEIGHT = {
  ...{ model: 0, ports: 1, actors: 2, control: 3, http: 4, host: 5, cli: 6 },
  ...{ api: 1, expression: 1, client: 2, frontend: 3, report: 4, dashboard: 5, doctor: 4, machines: 2 },
  ...{ process: 2, probe: 2, store: 2, config: 2, metrics: 2, webhook: 2, inspect: 2, logs: 2, launching: 2 },
};
/** The level of the files that are directly in lib: the composition root. */
const TOP = 7;

const files = readdirSync(lib, { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !file.includes('/build/'))
  .sort();
const sources = files.filter((file) => /\.tsx?$/.test(file));
const text = new Map(sources.map((file) => [file, readFileSync(file, 'utf8')]));
const nameOf = (file) => relative(lib, file);

/** All transitions of a state and its substates. */
function* transitionsOf(node) {
  for (const candidates of node.transitions.values()) yield* candidates;
  yield* node.always ?? [];
  for (const child of Object.values(node.states)) yield* transitionsOf(child);
}

async function serviceChart() {
  const { createSupervisorMachine } = await import('../lib/actors/supervisor/machine.ts');
  // The chart is only inspected: its ports and its clock are never called.
  const machine = createSupervisorMachine({}, { now: () => 0, random: () => 0.5 });
  return [...transitionsOf(machine.implementations.actors.service.root)];
}

const guardOf = ({ guard }) => (typeof guard === 'string' ? guard : (guard?.type ?? null));
const isOfEnd = (transition) => OF_ENDS.has(guardOf(transition));
const isResume = ({ eventType }) => eventType === 'host.resume' || eventType.startsWith('resume.');

function biggestFolders() {
  const counts = new Map();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, FOLDERS);
}

function heightOf(file) {
  const [folder, ...rest] = nameOf(file).split('/');
  const height = rest.length === 0 ? TOP : HEIGHT[folder];
  if (height === undefined) throw new Error(`lib/${folder} has no level; enter it in HEIGHT of scripts/figures.js.`);
  return height;
}

/** The files of this project that a file imports, including types and dynamic imports. */
function importsOf(file) {
  const found = text.get(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g);
  return [...found].map(([, path]) => join(dirname(file), path)).filter((target) => existsSync(target));
}

function upwardImports() {
  return sources.flatMap((file) =>
    importsOf(file)
      .filter((target) => heightOf(target) > heightOf(file))
      .map((target) => `${nameOf(file)} → ${nameOf(target)}`),
  );
}

/** The occurrences of a pattern in the sources of lib, by file. */
function occurrences(pattern) {
  return sources.flatMap((file) => [...text.get(file).matchAll(pattern)].map(() => nameOf(file)));
}

/** Lists of exactly the six public states, in any order. */
function stateLists() {
  const name = `'(?:${STATES.join('|')})'`;
  const lists = new RegExp(`${name}(?:\\s*[,|]\\s*${name}){5}(?!\\s*[,|]\\s*')`, 'g');
  return sources.flatMap((file) =>
    [...text.get(file).matchAll(lists)]
      .filter(([list]) => STATES.every((state) => list.includes(`'${state}'`)))
      .map(() => nameOf(file)),
  );
}

/** How many places a row names. */
const MAX_NAMED = 7;

function places(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const named = [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count})`));
  const more = named.length > MAX_NAMED ? [`and ${named.length - MAX_NAMED} more`] : [];
  return [...named.slice(0, MAX_NAMED), ...more].join(', ');
}

const chart = await serviceChart();
const upward = upwardImports();
const casts = occurrences(/\bas PublicState\b/g);
const lists = stateLists();
const rows = [
  ['transitions of the service chart', chart.length, ''],
  ['… that handle `host.resume` or `resume.*`', chart.filter(isResume).length, ''],
  ['… that judge an end', chart.filter(isOfEnd).length, ''],
  ['… that are both', chart.filter((transition) => isResume(transition) && isOfEnd(transition)).length, ''],
  ...biggestFolders().map(([folder, count], index) => [
    index === 0 ? 'largest flat folders, files' : '',
    count,
    nameOf(folder),
  ]),
  ['imports that lead upwards', upward.length, places(upward)],
  ['casts `as PublicState`', casts.length, places(casts)],
  ['lists of the six states', lists.length, places(lists)],
];
const widths = [0, 1, 2].map((column) => Math.max(5, ...rows.map((row) => String(row[column]).length)));
const line = (cells) => `| ${cells.map((cell, column) => String(cell).padEnd(widths[column])).join(' | ')} |`;
console.log(line(['what', 'count', 'where']));
console.log(line(widths.map((width) => '-'.repeat(width))));
for (const row of rows) console.log(line(row));
