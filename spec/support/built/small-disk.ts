import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary.ts';

/** A file system of a few megabytes that can be full or read-only. */
export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
  }

  /** Mounts one on a new folder; null if that is not permitted. */
  static mount(megabytes: number): SmallDisk | null {
    const folder = join(temporaryFolder(), 'disk');
    mkdirSync(folder);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    return status === 0 ? new SmallDisk(folder) : null;
  }

  /** Fills it completely. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    const chunk = Buffer.alloc(4096);
    try {
      for (;;) writeSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error; // an error of node:fs
    } finally {
      closeSync(file);
    }
  }

  /** Frees all the space. */
  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** Only if nothing on it is open for writing. */
  makeReadOnly(): void {
    const { status, stderr } = spawnSync('mount', ['-o', 'remount,ro', this.folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  makeWritable(): void {
    spawnSync('mount', ['-o', 'remount,rw', this.folder]);
  }

  unmount(): void {
    spawnSync('umount', ['--lazy', this.folder]);
  }
}
