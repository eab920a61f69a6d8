import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bestShimKind, nativeShimFile } from '../shim-kind.ts';

const NOT_POSSIBLE_HERE = 95;

/** Gives the space of a file's first bytes back without touching the others; resolves false where that is not possible. */
export type Punch = (file: string, bytes: number) => Promise<boolean>;

/** Punches holes through the native shim. */
function punchByShim(file: string, bytes: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    execFile(nativeShimFile(), ['punch', file, String(bytes)], (error) => {
      if (error === null) resolve(true);
      else if (error.code === NOT_POSSIBLE_HERE) resolve(false);
      else reject(new Error(`No hole can be punched into "${file}": ${error.message}`, { cause: error }));
    });
  });
}

/** The way to punch holes in a folder; null where there is no native shim or the file system knows no holes. */
export async function punchIn(folder: string): Promise<Punch | null> {
  if (bestShimKind() !== 'native') return null;
  const probe = join(folder, `.punch-${process.pid}`);
  try {
    writeFileSync(probe, Buffer.alloc(8192, 1), { mode: 0o600 });
    return (await punchByShim(probe, 4096)) ? punchByShim : null;
  } finally {
    rmSync(probe, { force: true });
  }
}
