// Builds lib/process/shim/build/coredinator-shim (postinstall). Never fails an installation: without a compiler, or on
// a system other than Linux, the host launches through the shell shim and reports the reduced guarantees.
//
// CC is the compiler (default: musl-gcc, then cc). The environment variable SHIM_BUILD_DIR overrides the output folder.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourceDir = fileURLToPath(new URL('../lib/process/shim/', import.meta.url));
const buildDir = resolve(process.env.SHIM_BUILD_DIR ?? join(sourceDir, 'build'));
const binary = join(buildDir, 'coredinator-shim');
const stamp = join(buildDir, 'source-hash');
/** Sorted by alignment, small variables do not lie between large arrays, each on a page of its own: 20 KiB less. */
const dense = ['-fdata-sections', '-Wl,--sort-section=alignment'];
const flags = ['-std=gnu11', '-Os', '-Wall', '-Wextra', ...dense];
const compilerTimeoutMs = 60_000;

function sources() {
  return readdirSync(sourceDir)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
}

/** Covers everything that determines the binary except the compiler: another compiler does not require a new build. */
function hashOf(names) {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, flags]));
  for (const name of names) hash.update(name).update(readFileSync(join(sourceDir, name)));
  return hash.digest('hex');
}

/** A binary copied from another machine may have the right sources but not run here. */
function runs(path) {
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', timeout: 5_000 });
  return status === 0 && stdout === '{"protocol":2}\n';
}

function isUpToDate(hash) {
  try {
    return readFileSync(stamp, 'utf8') === hash && runs(binary);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Static first: it starts faster, shares more memory, and does not depend on the system's C library. */
function attempts() {
  const { CC } = process.env;
  if (CC) return [`${CC} -static -s`, `${CC} -s`];
  return ['musl-gcc -static -s', 'cc -static -s', 'cc -s'];
}

/** Running shims keep the inode of their binary, so the new binary is a new file that is then renamed. */
function compile(names, hash) {
  const fresh = `${binary}.${process.pid}`;
  let reason = '';
  for (const attempt of attempts()) {
    const [compiler, ...words] = [...attempt.split(' '), ...flags];
    const files = names.filter((name) => name.endsWith('.c'));
    const options = { cwd: sourceDir, encoding: 'utf8', timeout: compilerTimeoutMs };
    const { error, status, stderr } = spawnSync(compiler, [...words, '-o', fresh, ...files], options);
    if (!error && status === 0 && runs(fresh)) {
      renameSync(fresh, binary);
      writeFileSync(stamp, hash);
      return { attempt };
    }
    rmSync(fresh, { force: true });
    const said = error?.message ?? stderr.trim().split('\n')[0];
    reason = error?.code === 'ENOENT' ? `${compiler} is not installed` : `${compiler}: ${said || `status ${status}`}`;
  }
  return { reason };
}

function fallBack(reason) {
  console.log(
    `coredinator: the native shim was not built (${reason}), so services are launched through the POSIX shell shim: ` +
      'exit statuses above 128 are guesses, daemons can escape a stop, and logs cannot be trimmed without loss.',
  );
  for (const stale of [binary, stamp]) rmSync(stale, { force: true });
}

function build() {
  if (process.platform !== 'linux') return fallBack(`${process.platform} is not Linux`);
  const names = sources();
  const hash = hashOf(names);
  if (!existsSync(buildDir)) mkdirSync(buildDir);
  if (isUpToDate(hash)) return undefined;
  const { attempt, reason } = compile(names, hash);
  return attempt === undefined ? fallBack(reason) : console.log(`coredinator: built the native shim (${attempt}).`);
}

try {
  build();
} catch (error) {
  // For instance a read-only package folder. An existing binary was built by a user who could write it.
  console.log(`coredinator: the native shim could not be built: ${error instanceof Error ? error.message : error}`);
}
