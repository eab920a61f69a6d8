import { execFile } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNoRoom } from '../../model/process.ts';

/** The exit code of the command if the file system does not support holes (EOPNOTSUPP). */
const NOT_SUPPORTED = 95;

/** Frees the disk space of the first bytes of a file; resolves false if the file system does not support that. */
export type PunchHoles = (file: string, bytes: number) => Promise<boolean>;

/** Punches holes with a command that takes the file and the number of bytes. */
function punchBy([program = '', ...words]: readonly string[]): PunchHoles {
  return (file, bytes) =>
    new Promise((resolve, reject) => {
      execFile(program, [...words, file, String(bytes)], (error) => {
        if (error === null) resolve(true);
        else if (error.code === NOT_SUPPORTED) resolve(false);
        else reject(new Error(`Cannot punch a hole into "${file}": ${error.message}`, { cause: error }));
      });
    });
}

/**
 * Returns a function to punch holes in a folder; null without a command, or if the file system does not support holes.
 * If there is no room for the file that it tries this with, it assumes that holes are possible: each punch reports its own
 * result.
 */
export async function punchIn(folder: string, command: readonly string[] | null): Promise<PunchHoles | null> {
  if (command === null) return null;
  const punchHoles = punchBy(command);
  const probe = join(folder, `.punch-${process.pid}`);
  try {
    writeFileSync(probe, '', { mode: 0o600 });
  } catch (error) {
    if (isNoRoom(error)) return punchHoles;
    throw error;
  }
  try {
    truncateSync(probe, 8192); // needs no space
    return (await punchHoles(probe, 4096)) ? punchHoles : null;
  } finally {
    rmSync(probe, { force: true });
  }
}
