/**
 * Is this build slower than another one? `npm run bench:guard -- --base REF`.
 *
 *   --base REF       the commit to compare with; default: main
 *   --rows LIST      start-stop, crash, nothing, many, killed; default: all
 *   --services N     the number of services of `many` and `killed`; default: 200
 *   --rounds N       default: 7; doubled if a row is unclear
 *   --tolerance N    the loss in percent that is allowed; default: 10
 *   --folder PATH, --json FILE
 *
 * The other commit is built in a temporary worktree with the installed modules of this one, and both builds take turns
 * in every row. Each round gives one ratio, so that what disturbs a whole round disturbs both. A row is lost if the median
 * of its ratios is over the tolerance, and so many of its rounds are worse that chance alone would do it in at most one of twenty
 * comparisons (7 of 7 rounds, or 11 of 14). If only the median says so, there are as many rounds again; after
 * them it is `unclear`, which is no failure. Exit code 1 if a row is lost, or on any error.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contextOf, numbersOf, progress, selectRows, withRun } from './stage/measure.js';
import { coredinator } from './peers/coredinator.js';
import { ratioOf, spreadOf, judge } from './report/statistics.js';
import { cell, markdownTable } from './report/table.js';
import { crashes } from './rows/crash.js';
import { killed } from './rows/killed.js';
import { many, nothing } from './rows/many.js';
import { startStop } from './rows/start-stop.js';

const ROWS = [startStop, crashes, nothing, many, killed];
const [BASE, NEW] = ['base', 'new'];
const root = join(import.meta.dirname, '..');

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'main' },
    rows: { type: 'string' },
    services: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '7' },
    tolerance: { type: 'string', default: '10' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
  },
});

const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();

/** Builds a commit in a worktree at `folder`; the path of its program. */
function buildBase(folder, commit) {
  git('worktree', 'prune'); // what an interrupted run has left
  git('worktree', 'add', '--detach', '--force', folder, commit);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const script of ['build-shim.js', 'build.js']) {
    const path = join(folder, 'scripts', script);
    if (existsSync(path))
      execFileSync(process.execPath, [path], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return join(folder, 'dist/main.js');
}

/** Calls `use` with the program of a commit; its worktree is removed afterwards. */
async function withBase(run, commit, use) {
  const folder = join(run.folder, 'base');
  try {
    progress(`building ${commit.slice(0, 10)}\n`);
    return await use(buildBase(folder, commit));
  } finally {
    if (existsSync(folder)) git('worktree', 'remove', '--force', folder);
  }
}

/** How many times the new build needs what its base needs, in each round; a rate is turned around. */
function ratiosOf(figures, { id, better }) {
  const [base, own] = [figures.of(id, BASE), figures.of(id, NEW)];
  const byRound = new Map(base.map(({ round, value }) => [round, value]));
  return own.flatMap(({ round, value }) => {
    const before = byRound.get(round);
    if (!(before > 0) || !(value > 0)) return [];
    return [better === 'more' ? before / value : value / before];
  });
}

function verdicts(figures, titles, tolerance) {
  return titles
    .filter(({ plain }) => !plain)
    .map((row) => ({
      ...row,
      base: spreadOf(figures.of(row.id, BASE).map(({ value }) => value)),
      new: spreadOf(figures.of(row.id, NEW).map(({ value }) => value)),
      ratio: ratioOf(figures.of(row.id, NEW), figures.of(row.id, BASE)),
      verdict: judge(ratiosOf(figures, row), tolerance),
    }))
    .filter((row) => row.new !== null);
}

/** What must not change at all: with either build every process is kept, and none runs twice. */
function broken(figures, counts) {
  return counts.flatMap((count) =>
    [BASE, NEW].flatMap((name) => {
      const kept = figures.of(`kept-${count}`, name).some(({ value }) => value !== count);
      const doubled = figures.of(`doubled-${count}`, name).some(({ value }) => value !== 0);
      return kept || doubled ? [`${name}: of ${count} services, not every process was kept, or one runs twice.`] : [];
    }),
  );
}

async function measure(context, groups) {
  for (const group of groups) await group.measure(context);
}

const groups = selectRows(ROWS, values.rows);
const counts = numbersOf(values.services, 'services');
const [rounds] = numbersOf(values.rounds, 'rounds');
const [tolerance] = numbersOf(values.tolerance, 'tolerance');
if (rounds < 5) throw new Error('--rounds must be at least 5: fewer rounds cannot tell a loss from chance.');
const commit = git('rev-parse', '--verify', `${values.base}^{commit}`);

await withRun(values.folder, (run) =>
  withBase(run, commit, async (main) => {
    const peers = [coredinator({ name: BASE, main }), coredinator({ name: NEW })];
    const context = contextOf(run, { peers, rounds, counts, hasLimits: false });
    const titles = groups.flatMap((group) => group.titles(context));
    const judged = () => verdicts(context.figures, titles, tolerance / 100);
    await measure(context, groups);
    const unclear = judged().filter(({ verdict }) => verdict === 'unclear');
    if (unclear.length > 0) {
      progress(`${unclear.length} rows are unclear: ${rounds} more rounds\n`);
      const open = groups.filter((group) =>
        group.titles(context).some(({ id }) => unclear.some((row) => row.id === id)),
      );
      await measure({ ...context, round: rounds }, open);
    }
    const rows = judged();
    const lines = rows.map((row) => [
      `${row.title}, ${row.unit}`,
      cell(row.base),
      cell(row.new),
      cell(row.ratio),
      row.verdict,
    ]);
    console.log(`\nbase: ${values.base} (${commit.slice(0, 10)}); new: this working tree\n`);
    console.log(markdownTable(['row', 'base', 'new', 'new : base', 'verdict'], lines));
    const problems = broken(context.figures, counts);
    for (const problem of problems) console.log(`\n${problem}`);
    const lost = rows.filter(({ verdict }) => verdict === 'lost');
    for (const { title } of lost) console.log(`\nlost by more than ${tolerance} %: ${title}`);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ base: commit, rows }, null, 2)}\n`);
    process.exitCode = lost.length > 0 || problems.length > 0 ? 1 : 0;
  }),
);
