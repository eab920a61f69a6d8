// The sources of the native shim, how they are compiled, and the prebuilt binaries of them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const sourceDir = fileURLToPath(new URL('../lib/process/shim/', import.meta.url));
export const prebuiltDir = join(sourceDir, 'prebuilt');

/** Sorted by alignment, small variables do not lie between large arrays, each on a page of its own: 20 KiB less. */
const dense = ['-fdata-sections', '-Wl,--sort-section=alignment'];
export const flags = ['-std=gnu11', '-Os', '-Wall', '-Wextra', ...dense];

/** The names of the files in C. */
export function sources() {
  return readdirSync(sourceDir)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
}

/** The SHA-256 of everything that determines a binary except compiler and processor. */
export function sourcesHash() {
  const hash = createHash('sha256').update(JSON.stringify(flags));
  for (const name of sources())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(sourceDir, name)))
      .update('\0');
  return hash.digest('hex');
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The SHA-256 of the sources of the prebuilt binaries, and of each binary by its name. */
export function readChecksums() {
  return JSON.parse(readFileSync(join(prebuiltDir, 'checksums.json'), 'utf8'));
}

/** The name of the prebuilt binary for a processor, as Node calls it. */
export function prebuiltName(arch) {
  return `coredinator-shim-linux-${arch}`;
}

/** Whether a binary runs on this machine and speaks the protocol of these sources. */
export function runs(path) {
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', timeout: 5_000 });
  return status === 0 && stdout === '{"protocol":2}\n';
}
