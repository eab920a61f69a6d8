import { execFile } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNoRoom } from '../model/process.ts';

const NOT_POSSIBLE_HERE = 95;

/** Gives the space of a file's first bytes back without touching the others; resolves false where that is not possible. */
export type PunchHoles = (file: string, bytes: number) => Promise<boolean>;

/** Punches holes by a command that takes the file and the number of bytes. */
function punchBy([program = '', ...words]: readonly string[]): PunchHoles {
  return (file, bytes) =>
    new Promise((resolve, reject) => {
      execFile(program, [...words, file, String(bytes)], (error) => {
        if (error === null) resolve(true);
        else if (error.code === NOT_POSSIBLE_HERE) resolve(false);
        else reject(new Error(`No hole can be punched into "${file}": ${error.message}`, { cause: error }));
      });
    });
}

/**
 * The way to punch holes in a folder; null where there is no command for it or the file system knows no holes. Where there is no
 * room for the file with which that is tried, it is taken to be possible: each hole says for itself whether it was.
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
