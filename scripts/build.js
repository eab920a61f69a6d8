/**
 * Builds dist/ unless it is up to date: `npm run build`, and before everything that needs the built program.
 *
 * dist/.build-stamp has a hash of the inputs of a build (lib/, the build scripts, the tsconfigs, package.json and the
 * lock file) and one of its output, so that a changed or missing file in dist/ triggers a build too. A build starts
 * with an empty dist/, so that nothing of a removed module is packed. Usage: node scripts/build.js [--force]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const stamp = join(dist, '.build-stamp');

const SOURCES = [
  'lib',
  'scripts/build.js',
  'scripts/build/bundle.js',
  'scripts/build/copy-assets.js',
  'scripts/build/draw-charts.js',
  'scripts/keep-code.js',
  'tsconfig.json',
  'tsconfig.client.json',
  'package.json',
  'package-lock.json',
];
/** Built by scripts/build-shim.js, which has its own stamp. */
const NO_SOURCE = join(root, 'lib/process/shim/build') + sep;

/** Each is a program run by node. */
const STEPS = [
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.client.json'],
  ['scripts/build/bundle.js'],
  ['scripts/build/copy-assets.js'],
  ['node_modules/vite/bin/vite.js', 'build', '--config', 'lib/dashboard/vite.config.ts', '--logLevel', 'warn'],
  ['scripts/build/draw-charts.js'],
  ['scripts/keep-code.js'],
];

/** The files at or below a path, ordered by name. */
function filesAt(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file).split(sep).join('/')}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

const hashOfSources = () =>
  hashOf(SOURCES.flatMap((name) => filesAt(join(root, name))).filter((file) => !file.startsWith(NO_SOURCE)));
/** Without the code of another Node, which an installation replaces. */
const hashOfBuilt = () => hashOf(filesAt(dist).filter((file) => file !== stamp && !file.endsWith('.code')));

function isUpToDate(sources) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === `${sources}\n${hashOfBuilt()}\n`;
}

/** Runs the steps until one fails; returns its exit code. */
function build() {
  for (const step of STEPS) {
    const { status, error } = spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
    if (status === 0) continue;
    const why = error === undefined ? 'see its output above' : error.message;
    console.error(`coredinator: the build failed at \`node ${step.join(' ')}\`: ${why}.`);
    return status ?? 1;
  }
  return 0;
}

const sources = hashOfSources();
if (!isUpToDate(sources) || process.argv.includes('--force')) {
  rmSync(dist, { recursive: true, force: true });
  process.exitCode = build();
  // Sources that changed during the build may not be included: the next build has to check them.
  if (process.exitCode === 0) writeFileSync(stamp, `${sources}\n${hashOfBuilt()}\n`);
}
