import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary.ts';

const SIZE = 32 * 1024 * 1024;
/** It is thawed after this, whatever becomes of the spec: what waits for it cannot even be killed. */
const AT_MOST_S = 30;

/** A file system on which every write can be made to hang, as on a dead NFS or a failing disk. */
export class FrozenDisk {
  readonly folder: string;
  #guard: ChildProcess | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Mounts one on a new folder; null if that is not permitted or not possible here. */
  static mount(): FrozenDisk | null {
    const parent = temporaryFolder();
    const [image, folder] = [join(parent, 'image'), join(parent, 'disk')];
    mkdirSync(folder);
    writeFileSync(image, '');
    for (const [command, ...args] of [
      ['truncate', '-s', String(SIZE), image],
      ['mkfs.ext4', '-q', '-F', image],
      ['mount', '-o', 'loop', image, folder],
    ] as const) {
      if (spawnSync(command, args).status !== 0) return null;
    }
    return new FrozenDisk(folder);
  }

  /** From now on, writes hang. Throws if the file system cannot be frozen. */
  freeze(): void {
    const { status, stderr } = spawnSync('fsfreeze', ['-f', this.folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const script = `sleep ${AT_MOST_S}; fsfreeze -u "$1" 2>/dev/null`;
    this.#guard = spawn('/bin/sh', ['-c', script, 'sh', this.folder], { detached: true, stdio: 'ignore', cwd: '/' });
  }

  /** Writes continue. Does nothing if they do already. */
  thaw(): void {
    spawnSync('fsfreeze', ['-u', this.folder]);
    if (this.#guard?.pid !== undefined) process.kill(-this.#guard.pid, 'SIGKILL'); // it leads a group of its own
    this.#guard = null;
  }

  unmount(): void {
    this.thaw();
    spawnSync('umount', ['--lazy', this.folder]);
  }
}
