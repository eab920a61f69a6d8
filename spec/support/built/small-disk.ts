import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary.ts';

/** A file system of a few megabytes that can be full or read-only. */
export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;
  readonly #files: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
    this.#files = join(folder, 'files');
  }

  /** Mounts one on a new folder; null if that is not permitted. */
  static mount(megabytes: number): SmallDisk | null {
    const folder = join(temporaryFolder(), 'disk');
    mkdirSync(folder);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,nr_inodes=1000`, 'tmpfs', folder]);
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

  /** Leaves no inode for another file. */
  fillInodes(): void {
    mkdirSync(this.#files);
    try {
      for (let count = 0; ; count += 1) closeSync(openSync(join(this.#files, String(count)), 'a'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error; // an error of node:fs
    }
  }

  /** Frees all the space and all the inodes. */
  empty(): void {
    rmSync(this.#ballast, { force: true });
    rmSync(this.#files, { force: true, recursive: true });
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
