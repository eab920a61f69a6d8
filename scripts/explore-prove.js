/**
 * Proves that the exploration sees faults: applies one sabotage after the other to a copy of the sources, and fails if the
 * deaths in its scenario (default: in all) show nothing. `npm run explore:prove -- [--only TEXT]` (only those with this text in their names).
 */
import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sabotage } from './sabotages/sabotage.js';
import { EXPLORE_SABOTAGES } from './sabotages/explore.js';

const ROOT = join(import.meta.dirname, '..');
const COPIED = ['lib', 'spec/support', 'package.json', 'tsconfig.json'];

const { only } = parseArgs({ options: { only: { type: 'string', default: '' } } }).values;
const waiting = EXPLORE_SABOTAGES.filter(({ seenBy, name }) => seenBy.includes('explore') && name.includes(only));
const total = waiting.length;
if (total === 0) {
  console.error(`No sabotage has "${only}" in its name; scripts/sabotages/explore.js lists them.`);
  process.exit(1);
}

function copy() {
  const root = mkdtempSync(join(tmpdir(), 'sabotage-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(root, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

/** What the exploration finds; a crash of it is a finding too. */
function explored(root, scenario) {
  const share = {
    schedules: 0,
    depth: 1,
    seed: 1,
    scenario,
    at: null,
    fourth: null,
    first: 0,
    stride: 1,
    isHasty: true,
  };
  const file = join(root, 'spec/support/explore/explore-worker.ts');
  const child = fork(file, [JSON.stringify(share)], { cwd: root, execArgv: ['--import=tsx'], stdio: 'pipe' });
  return new Promise((resolve) => {
    child.once('message', ({ reports }) => resolve(reports.map(([kind]) => kind)));
    child.once('exit', (code) => resolve(code === 0 ? [] : [`the simulation itself breaks (code ${code})`]));
  });
}

async function prove() {
  const root = copy();
  const unseen = [];
  try {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const restore = sabotage(root, one);
      const [found] = await explored(root, one.scenario ?? null);
      restore();
      if (found === undefined) unseen.push(one.name);
      console.log(
        `${found === undefined ? 'UNSEEN' : 'seen  '} ${one.name}${found === undefined ? '' : `\n         ${found}`}`,
      );
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return unseen;
}

const unseen = (await Promise.all(Array.from({ length: availableParallelism() }, prove))).flat();
console.log(`${total - unseen.length} of ${total} sabotages seen`);
if (unseen.length > 0) process.exitCode = 1;
