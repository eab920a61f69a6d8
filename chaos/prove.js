/**
 * Proves that the chaos test sees faults: `npm run chaos:prove -- [--only TEXT] [--seed S] [--services K]`.
 *
 * Each one-line sabotage of scripts/sabotages/chaos.js is applied to a copy of the built package, and the chaos test runs on
 * that with the kind of fault that it needs. It has to report a loss in the column that the sabotage names. Exit code 1 if
 * one goes unreported. Takes about half an hour; not part of CI. Those of the engine for Kubernetes (chaos-cluster.js) are proven on
 * the cluster in which this runs: `scripts/cluster/cluster.sh run node chaos/prove.js`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CLUSTER_SABOTAGES } from '../scripts/sabotages/chaos-cluster.js';
import { CHAOS_SABOTAGES } from '../scripts/sabotages/chaos.js';
import { sabotage } from '../scripts/sabotages/sabotage.js';
import { CLUSTER_LOSSES, LOSSES } from './tally.js';

const ROOT = join(import.meta.dirname, '..');
const ROUNDS = 12;
const LIMIT_MS = 480_000;
const LIMIT_IN_CLUSTER_MS = 1_200_000;
const isInCluster = process.env.CLUSTER_SCRIPT !== undefined;
const [SABOTAGES, COLUMNS] = isInCluster ? [CLUSTER_SABOTAGES, CLUSTER_LOSSES] : [CHAOS_SABOTAGES, LOSSES];

/** A copy of the package, built with a sabotage in it. */
function sabotaged(one) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-sabotaged-'));
  for (const name of ['dist', 'lib', 'scripts', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  sabotage(folder, one);
  const script = one.file.endsWith('.c') ? 'scripts/build-shim.js' : 'scripts/build/bundle.js';
  const { status, stderr } = spawnSync(process.execPath, [join(folder, script)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build of the sabotage "${one.name}" failed: ${stderr}`);
  return folder;
}

/** Runs the chaos test on a package; resolves with what it prints. */
function chaos(folder, { fault, column, rounds = ROUNDS }) {
  const where = isInCluster ? ['--engine', 'kubernetes'] : ['--faults', fault];
  const { seed, services } = values;
  const story = ['--rounds', String(rounds), '--seed', seed, '--services', services];
  const args = ['--package', folder, ...where, ...story, '--until', column];
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'chaos/main.js'), ...args]);
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk) => (output += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGTERM'), isInCluster ? LIMIT_IN_CLUSTER_MS : LIMIT_MS);
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

function countOf(output, column) {
  return Number(new RegExp(`^ +${column} +(\\d+)$`, 'm').exec(output)?.[1] ?? 0);
}

async function prove(one) {
  const beganAt = Date.now();
  const folder = sabotaged(one);
  try {
    const output = await chaos(folder, one);
    const kept = /(?:^The folder is kept:|--resume) (.*)$/m.exec(output)?.[1];
    if (kept !== undefined) rmSync(kept, { recursive: true, force: true, maxRetries: 5 });
    const found = countOf(output, one.column);
    const others = COLUMNS.filter((column) => column !== one.column && countOf(output, column) > 0);
    const seconds = ((Date.now() - beganAt) / 1_000).toFixed(0).padStart(4);
    const also = others.length === 0 ? '' : `; also in: ${others.join(', ')}`;
    const where = found > 0 ? `${found} in "${one.column}"${also}` : `NOT in "${one.column}"${also}`;
    console.log(`${seconds} s  ${one.fault.padEnd(13)} ${one.name}: ${where}`);
    if (found === 0) console.log(output);
    return found > 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    services: { type: 'string', default: '8' },
  },
});
const chosen = SABOTAGES.filter(({ name, fault }) => `${fault} ${name}`.includes(values.only));
if (chosen.length === 0) {
  console.error(`No sabotage has "${values.only}" in its fault or name; scripts/sabotages/chaos.js lists them.`);
  process.exit(1);
}
let unreported = 0;
for (const one of chosen) if (!(await prove(one))) unreported += 1;
console.log(`${chosen.length} sabotages, ${unreported} unreported.`);
process.exitCode = unreported === 0 ? 0 : 1;
