import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Guarantees, OwnShimKind, LocalShimKind } from '../../model/process.ts';
import type { CommandGuard } from '../../ports/prober.ts';
import type { Log } from '../../ports/log.ts';
import { parseFields } from '../../launching/exit-record.ts';
import { LAUNCH_PROTOCOL } from '../files/launch-files.ts';
import { accountArgument } from './shim-request.ts';
import { NativeShims } from './native-shims.ts';
import type { Shims } from './shims.ts';
import { SpawnedShims } from './spawned-shims.ts';

const GUARANTEES: Readonly<Record<LocalShimKind, Omit<Guarantees, 'separateStreams' | 'outputBuffer'>>> = {
  native: { exactExit: true, treeComplete: true, losslessRotation: true },
  sh: { exactExit: false, treeComplete: false, losslessRotation: false },
  node: { exactExit: true, treeComplete: false, losslessRotation: false },
};

/** The guarantees for a launch with this kind of shim, whose pipes have this size; null: unknown, or it has none. */
export function guaranteesOf(kind: LocalShimKind, outputBuffer: number | null = null): Guarantees {
  return { ...GUARANTEES[kind], separateStreams: true, outputBuffer };
}

/** The files of the shims are at the same place in the package, even if this file runs compiled from dist/. */
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

/** The version of the launch protocol that the native shim speaks; null if it was not built or does not run. */
export function nativeProtocol(): number | null {
  if (process.platform !== 'linux' || !existsSync(nativeShimFile())) return null;
  const { status, stdout } = spawnSync(nativeShimFile(), ['version'], { encoding: 'utf8', timeout: 5_000 });
  const protocol = status === 0 ? parseFields(stdout)?.['protocol'] : null;
  return typeof protocol === 'number' ? protocol : null;
}

/** Why a native shim that runs on this machine is not used, as a sentence; null if it is used, or does not run. */
export function mismatchOf(protocol: number | null): string | null {
  if (protocol === null || protocol === LAUNCH_PROTOCOL) return null;
  return `The native shim ("${nativeShimFile()}") speaks version ${protocol} of the launch protocol, and this host version ${LAUNCH_PROTOCOL}.`;
}

let best: OwnShimKind | null = null;

/** The best kind of shim for this machine: native if it is there and runs, else Node. It is only run once to find out. */
export function bestShimKind(): OwnShimKind {
  best ??= nativeProtocol() === LAUNCH_PROTOCOL ? 'native' : 'node';
  return best;
}

/** The command line before a command that must not outlive this host; null if the native shim does not run here. */
export function guardOf(kind: LocalShimKind): CommandGuard | null {
  if (kind !== 'native') return null;
  return (ms, account) => [nativeShimFile(), 'guard', String(Math.ceil(ms)), accountArgument(account)];
}

/**
 * The command line before `FILE BYTES` that frees the space of the first bytes of a file (punches a hole); null if the
 * native shim does not run here.
 */
export function punchCommandOf(kind: LocalShimKind): readonly string[] | null {
  return kind === 'native' ? [nativeShimFile(), 'punch'] : null;
}

/** Creates the starter of shims of a kind. */
export function shimsOf(kind: OwnShimKind, log: Log): Shims {
  switch (kind) {
    case 'native':
      return new NativeShims(nativeShimFile(), log);
    case 'node': {
      const script = shimFile('shim.mjs');
      // It can neither change the user nor set limits; unusableOf refuses launches that need it.
      return new SpawnedShims('node', ({ launchId, runFolder, exitsFolder, cwd }) => {
        return [process.execPath, script, launchId, runFolder, exitsFolder, cwd];
      });
    }
  }
}
