/**
 * Builds the shims that come with the package (lib/process/shim/prebuilt) and their checksums, static with musl, for
 * x64 and arm64. The same sources give the same bytes. From Debian's packages musl-tools, gcc-aarch64-linux-gnu and
 * musl-dev:arm64, which can also be unpacked into a folder (`dpkg -x`): the environment variable MUSL_ARM64 is its `usr`
 * (default: /usr), ARM64_CC the compiler.
 *
 *   node scripts/prebuild-shim.js [--check]     --check: compares only; exit code 1 if a binary is not of these sources
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  flags,
  prebuiltDir,
  prebuiltName,
  readChecksums,
  sha256,
  sourceDir,
  sources,
  sourcesHash,
} from './shim-sources.js';

const { MUSL_ARM64 = '/usr', ARM64_CC = 'aarch64-linux-gnu-gcc' } = process.env;
/** Nothing in the binary that is not of the sources: no build id, no names of compilers. */
const reproducible = ['-static', '-s', '-Wl,--build-id=none', '-fno-ident'];

/** Lets a compiler for glibc use the musl of an unpacked package. */
function specsOf(usr, folder) {
  const text = readFileSync(join(usr, 'lib/aarch64-linux-musl/musl-gcc.specs'), 'utf8');
  const file = join(folder, 'arm64.specs');
  writeFileSync(file, text.replaceAll(/\/usr\/(lib|include)\/aarch64-linux-musl/g, `${usr}/$1/aarch64-linux-musl`));
  return file;
}

function compile(compiler, options, folder, arch) {
  const binary = join(folder, prebuiltName(arch));
  const files = sources().filter((name) => name.endsWith('.c'));
  const words = [...options, ...reproducible, ...flags, '-o', binary, ...files];
  const { error, status, stderr } = spawnSync(compiler, words, { cwd: sourceDir, encoding: 'utf8' });
  if (error || status !== 0) throw new Error(`${compiler} failed: ${error?.message ?? stderr}`);
  return readFileSync(binary);
}

function build(folder) {
  return {
    [prebuiltName('x64')]: compile('musl-gcc', [], folder, 'x64'),
    [prebuiltName('arm64')]: compile(ARM64_CC, [`-specs=${specsOf(MUSL_ARM64, folder)}`], folder, 'arm64'),
  };
}

function write(binaries) {
  mkdirSync(prebuiltDir, { recursive: true });
  const checksums = { sources: sourcesHash() };
  for (const [name, bytes] of Object.entries(binaries)) {
    writeFileSync(join(prebuiltDir, name), bytes, { mode: 0o755 });
    checksums[name] = sha256(bytes);
    console.log(`${name}: ${bytes.length} bytes`);
  }
  writeFileSync(join(prebuiltDir, 'checksums.json'), `${JSON.stringify(checksums, null, 2)}\n`);
}

function check(binaries) {
  const checksums = readChecksums();
  for (const [name, bytes] of Object.entries(binaries)) {
    const isSame = checksums[name] === sha256(bytes);
    console.log(`${name}: ${isSame ? 'is of these sources' : 'is NOT of these sources, or of another compiler'}`);
    if (!isSame) process.exitCode = 1;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'coredinator-prebuild-'));
try {
  const binaries = build(folder);
  if (process.argv[2] === '--check') check(binaries);
  else write(binaries);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
