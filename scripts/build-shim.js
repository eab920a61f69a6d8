// Provides lib/process/shim/build/coredinator-shim (postinstall): the prebuilt one, if it is of these sources and runs here,
// or else one that is compiled. Never fails an installation: if neither is possible, or on a system other than Linux, the
// host launches through the Node shim and reports the reduced guarantees.
//
// CC is the compiler (default: the prebuilt binary, then musl-gcc, then cc). The environment variable SHIM_BUILD_DIR
// overrides the output folder.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  flags,
  prebuiltDir,
  prebuiltName,
  readChecksums,
  runs,
  sha256,
  sourceDir,
  sources,
  sourcesHash,
} from './shim-sources.js';

const buildDir = resolve(process.env.SHIM_BUILD_DIR ?? join(sourceDir, 'build'));
const binary = join(buildDir, 'coredinator-shim');
const stamp = join(buildDir, 'source-hash');
const compilerTimeoutMs = 60_000;

/** A binary copied from another machine may have the right sources but not run here, which `runs` tells. */
function isUpToDate(hash) {
  try {
    return readFileSync(stamp, 'utf8') === hash && runs(binary);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Uses the prebuilt binary if it is of these sources, complete, and runs here. Running shims keep the inode of their binary,
 * so a new binary is a new file that is then renamed.
 */
function takePrebuilt(hash) {
  const name = prebuiltName(process.arch);
  const fresh = `${binary}.${process.pid}`;
  try {
    const { sources: prebuiltHash, [name]: checksum } = readChecksums();
    const bytes = prebuiltHash === hash ? readFileSync(join(prebuiltDir, name)) : null;
    if (bytes === null || sha256(bytes) !== checksum) return false;
    writeFileSync(fresh, bytes, { mode: 0o755 });
    if (!runs(fresh)) return false;
    renameSync(fresh, binary);
    writeFileSync(stamp, hash);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return false; // none for this processor
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Static first: it starts faster, shares more memory, and does not depend on the system's C library. */
function attempts() {
  const { CC } = process.env;
  if (CC) return [`${CC} -static -s`, `${CC} -s`];
  return ['musl-gcc -static -s', 'cc -static -s', 'cc -s'];
}

function compile(hash) {
  const fresh = `${binary}.${process.pid}`;
  let reason = '';
  for (const attempt of attempts()) {
    const [compiler, ...words] = [...attempt.split(' '), ...flags];
    const files = sources().filter((name) => name.endsWith('.c'));
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
    `coredinator: the native shim was not built (${reason}), so services are launched through the Node shim: ` +
      'it takes about 11 MiB for each service, sets no limits and no user, daemons can escape a stop, and output has no times.',
  );
  for (const stale of [binary, stamp]) rmSync(stale, { force: true });
}

function build() {
  if (process.platform !== 'linux') return fallBack(`${process.platform} is not Linux`);
  const hash = sourcesHash();
  if (!existsSync(buildDir)) mkdirSync(buildDir);
  if (isUpToDate(hash)) return undefined;
  if (!process.env.CC && takePrebuilt(hash)) return console.log('coredinator: uses the native shim of the package.');
  const { attempt, reason } = compile(hash);
  return attempt === undefined ? fallBack(reason) : console.log(`coredinator: built the native shim (${attempt}).`);
}

try {
  build();
} catch (error) {
  // For instance a read-only package folder. An existing binary was built by a user who could write it.
  console.log(`coredinator: the native shim could not be built: ${error instanceof Error ? error.message : error}`);
}
