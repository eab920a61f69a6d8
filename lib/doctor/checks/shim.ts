import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { OwnShimKind } from '../../model/process.ts';
import { bestShimKind, mismatchOf, nativeProtocol, nativeShimFile } from '../../process/launch/shim-kind.ts';
import { ok, skipped, warn, type Check, type Finding } from '../check.ts';

/** The facts about available shims. */
export interface ShimFacts {
  readonly platform: NodeJS.Platform;
  readonly kind: OwnShimKind;
  readonly isBuilt: boolean;
  readonly file: string;
  /** The version of the launch protocol that it speaks; null: it does not run. */
  readonly protocol: number | null;
  /** The path of a C compiler; null: none. */
  readonly compiler: string | null;
}

const BUILD = 'Run `npm rebuild coredinator` to build it, and check the output.';

/** Checks which kind of shim launches would get. */
export function judgeShim({ platform, kind, isBuilt, file, protocol, compiler }: ShimFacts): Finding {
  if (kind === 'native') return ok(`The native shim works (${file}).`);
  if (platform !== 'linux') return skipped(`Launches use the Node shim on ${platform}; the native shim is for Linux.`);
  const consequence =
    'so the Node shim is used instead: it takes about 11 MiB for each service, sets no limits and no user, and a daemon ' +
    'can survive a stop.';
  const mismatch = mismatchOf(protocol);
  if (mismatch !== null) return warn(`${mismatch.slice(0, -1)}, ${consequence}`, BUILD);
  if (isBuilt) return warn(`The native shim ("${file}") does not work on this machine, ${consequence}`, BUILD);
  const remedy =
    compiler === null ? `Install a C compiler (on Debian: apt-get install gcc libc6-dev). ${BUILD}` : BUILD;
  return warn(
    `The native shim was not built${compiler === null ? ', because there is no C compiler' : ''}, ${consequence}`,
    remedy,
  );
}

function compilerIn(env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    for (const name of ['musl-gcc', 'cc']) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        continue; // not in this folder
      }
    }
  }
  return null;
}

/** Which shim launches use, and why not a better one. */
export const shim: Check = {
  id: 'shim',
  title: 'Native shim',
  engines: ['local'],
  examine: ({ env }) => {
    const file = nativeShimFile();
    const compiler = compilerIn(env);
    const built = { isBuilt: existsSync(file), file, protocol: nativeProtocol() };
    return judgeShim({ platform: process.platform, kind: bestShimKind(), ...built, compiler });
  },
};
