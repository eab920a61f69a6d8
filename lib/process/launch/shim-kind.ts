import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Guarantees, ShimKind } from '../../model/process.ts';
import type { Log } from '../../ports/log.ts';
import { NativeShims } from './native-shims.ts';
import type { Shims } from './shims.ts';
import { SpawnedShims } from './spawned-shims.ts';

const GUARANTEES: Readonly<Record<ShimKind, Guarantees>> = {
  native: { exactExit: true, treeComplete: true, losslessRotation: true },
  sh: { exactExit: false, treeComplete: false, losslessRotation: false },
  node: { exactExit: true, treeComplete: false, losslessRotation: false },
};

/** What holds for a launch that such a shim holds. */
export function guaranteesOf(kind: ShimKind): Guarantees {
  return GUARANTEES[kind];
}

/** The files of the shims stay where they are in the package, also when this file runs compiled from dist/. */
function shimFile(name: string): string {
  const [source, packaged] = ['../shim/', '../../../lib/process/shim/'].map((folder) =>
    fileURLToPath(new URL(`${folder}${name}`, import.meta.url)),
  );
  return source !== undefined && existsSync(source) ? source : (packaged ?? name);
}

/** The native shim, whether or not it has been built. */
export function nativeShimFile(): string {
  return shimFile('build/coredinator-shim');
}

function nativeWorks(): boolean {
  if (process.platform !== 'linux' || !existsSync(nativeShimFile())) return false;
  const { status, stdout } = spawnSync(nativeShimFile(), ['version'], { encoding: 'utf8', timeout: 5_000 });
  return status === 0 && stdout.includes('"protocol":1');
}

/** The best kind of shim for this machine: native where it was built and runs, else a shell, on Windows Node. */
export function bestShimKind(): ShimKind {
  if (nativeWorks()) return 'native';
  return process.platform === 'win32' ? 'node' : 'sh';
}

/** The words before a command that must not outlive this host: those of the native shim; null where it does not run. */
export function guardOf(kind: ShimKind): readonly string[] | null {
  return kind === 'native' ? [nativeShimFile(), 'guard'] : null;
}

/** The words before `FILE BYTES` that give back the space of the first bytes of a file; null where the native shim does not run. */
export function punchCommandOf(kind: ShimKind): readonly string[] | null {
  return kind === 'native' ? [nativeShimFile(), 'punch'] : null;
}

/** The way to start shims of a kind. */
export function shimsOf(kind: ShimKind, log: Log): Shims {
  switch (kind) {
    case 'native':
      return new NativeShims(nativeShimFile(), log);
    case 'sh':
      return new SpawnedShims('sh', shimFile('shim.sh'));
    case 'node':
      return new SpawnedShims('node', shimFile('shim.mjs'));
  }
}
