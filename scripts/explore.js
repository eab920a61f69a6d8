/**
 * Lets simulated hosts die at every call that they make, and judges what the next ones make of it: `npm run explore`.
 *
 * One death at each moment of each scenario; two deaths at each pair of moments of the core scenarios, and at as many drawn
 * by the seed as are left of `--schedules`. A failing schedule is printed as a spec, and with the command that repeats it.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100000' },
    depth: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    scenario: { type: 'string' },
    at: { type: 'string' },
    hasty: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run explore -- [options]
  --schedules N    how many schedules in all (100000)
  --depth 1|2      how many hosts die in a schedule, one after the other (2)
  --seed N         which schedules with two deaths are drawn (1)
  --workers N      processes (one for each core)
  --scenario NAME  only this one
  --at CALL:WHEN:PACE[:on][,...]   with --scenario: only this schedule, as a report names it
  --hasty          end at the first failure`);
  process.exit();
}

const stride = values.at === undefined ? Number(values.workers) : 1;
const share = (first) => ({
  schedules: Number(values.schedules),
  depth: Number(values.depth),
  seed: Number(values.seed),
  scenario: values.scenario ?? null,
  at: values.at ?? null,
  fourth: null,
  first,
  stride,
  isHasty: values.hasty,
});

function worker(first) {
  const file = new URL('../spec/support/explore/explore-worker.ts', import.meta.url);
  const child = fork(fileURLToPath(file), [JSON.stringify(share(first))], { execArgv: ['--import=tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`A process of the exploration exited with code ${code}.`)));
  });
}

const begunAt = performance.now();
const found = await Promise.all(Array.from({ length: stride }, (_, first) => worker(first)));
const sum = (of) => found.reduce((total, one) => total + of(one), 0);
const reports = new Map(found.flatMap((one) => one.reports));
for (const report of reports.values()) console.log(`${report}\n`);

const scenarios = Object.entries(found[0].scenarios);
if (values.at === undefined) {
  for (const [name, [calls, moments, schedules]] of scenarios)
    console.log(`${name}: ${calls} calls, ${moments} moments, ${schedules} schedules with one death`);
}
const [one, core, sampled] = ['one', 'core', 'sampled'].map((key) => sum(({ counts }) => counts[key]));
const failures = sum((found) => found.failures);
const seconds = (performance.now() - begunAt) / 1_000;
console.log(
  `${scenarios.length} scenarios, ${one + core + sampled} schedules (${one} with one death, ${core} with two in core scenarios, ` +
    `${sampled} drawn by seed ${values.seed}), ${failures} failures, ${seconds.toFixed(0)} s`,
);
if (failures > 0) process.exitCode = 1;
