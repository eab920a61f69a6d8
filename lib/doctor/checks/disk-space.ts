import { statfs } from 'node:fs/promises';
import { fail, ok, warn, type Check, type Finding } from '../check.ts';

const MIB = 1024 * 1024;
/** Below this, the write-ahead log of the database alone could fill the disk. */
const FULL_BYTES = 64 * MIB;
const SCARCE_BYTES = 1024 * MIB;
const FULL_INODES = 1_000;
const SCARCE_INODES = 10_000;

/** The free space for this user; `inodes` null: the file system creates inodes as needed. */
export interface Free {
  readonly bytes: number;
  readonly inodes: number | null;
}

/** Checks the space for the state of a host. */
export function judgeSpace({ bytes, inodes }: Free, folder: string): Finding {
  const free = `${Math.floor(bytes / MIB)} MiB${inodes === null ? '' : ` and ${inodes} inodes`} are free at "${folder}"`;
  const remedy =
    'Free disk space, limit the output of services (logs: {max_bytes, keep}), or use a --state-dir on another disk.';
  if (bytes < FULL_BYTES || (inodes ?? Infinity) < FULL_INODES)
    return fail(`Only ${free}: commands may not be stored.`, remedy);
  if (bytes < SCARCE_BYTES || (inodes ?? Infinity) < SCARCE_INODES) return warn(`Only ${free}.`, remedy);
  return ok(`${free}.`);
}

/** Whether there is enough disk space for the state. */
export const diskSpace: Check = {
  id: 'disk_space',
  title: 'Disk space',
  examine: async ({ stateFolder }) => {
    const { bavail, bsize, ffree, files } = await statfs(stateFolder);
    return judgeSpace({ bytes: bavail * bsize, inodes: files === 0 ? null : ffree }, stateFolder);
  },
};
