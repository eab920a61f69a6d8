import { statfs } from 'node:fs/promises';
import { fail, ok, skipped, warn, type Check, type Finding } from '../check.ts';

type Nature = 'local' | 'copy-on-write' | 'network' | 'userspace' | 'memory' | 'layer';

/** Magic numbers of statfs(2). */
const TYPES: ReadonlyMap<number, readonly [name: string, nature: Nature]> = new Map([
  [0xef53, ['ext', 'local']],
  [0x58465342, ['XFS', 'local']],
  [0x9123683e, ['Btrfs', 'copy-on-write']],
  [0x2fc12fc1, ['ZFS', 'local']],
  [0xf2f52010, ['F2FS', 'local']],
  [0x6969, ['NFS', 'network']],
  [0xff534d42, ['CIFS', 'network']],
  [0xfe534d42, ['SMB', 'network']],
  [0x517b, ['SMB', 'network']],
  [0x01021997, ['9p', 'network']],
  [0x00c36400, ['Ceph', 'network']],
  [0x5346414f, ['AFS', 'network']],
  [0x65735546, ['FUSE', 'userspace']],
  [0x01021994, ['tmpfs', 'memory']],
  [0x858458f6, ['ramfs', 'memory']],
  [0x794c7630, ['overlay', 'layer']],
]);

/** Checks a file system by its magic number. */
export function judgeFileSystem(type: number, folder: string): Finding {
  const [name, nature] = TYPES.get(type >>> 0) ?? [`type 0x${(type >>> 0).toString(16)}`, 'local'];
  const remedy = 'Use a folder on a persistent local disk for --state-dir.';
  switch (nature) {
    case 'local':
      return ok(`"${folder}" is on a local disk (${name}).`);
    case 'copy-on-write': // seen on Linux 6: SIGBUS at a write to the index of the write-ahead log
      return warn(
        `"${folder}" is on a copy-on-write file system (${name}), where the kernel kills the host if the disk becomes full.`,
        'Use a folder on ext4 or XFS for --state-dir, or make sure that there is always free space.',
      );
    case 'network':
      return fail(
        `"${folder}" is on a network file system (${name}), where file locks and the database are unreliable.`,
        remedy,
      );
    case 'userspace':
      return warn(`"${folder}" is on a ${name} file system, whose file locks may not work.`, remedy);
    case 'memory':
      return warn(`"${folder}" is in memory (${name}): everything is lost when the machine restarts.`, remedy);
    case 'layer':
      return warn(
        `"${folder}" is in a container layer (${name}) and is deleted with the container.`,
        'Mount a volume for --state-dir.',
      );
  }
}

/** Whether the state directory is suitable for a database. */
export const fileSystem: Check = {
  id: 'file_system',
  title: 'File system',
  engines: ['local'],
  examine: async ({ stateFolder }) => {
    if (process.platform !== 'linux') return skipped(`Not checked on ${process.platform}.`);
    return judgeFileSystem((await statfs(stateFolder)).type, stateFolder);
  },
};
