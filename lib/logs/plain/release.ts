import { closeSync, openSync, readSync, renameSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { keptFile } from './files.ts';
import type { PunchHoles } from './punch-holes.ts';
import type { ReleasedOffset, ReleasedOffsets } from './released-offsets.ts';
import { LogSource } from './source.ts';

const CHUNK = 64 * 1024;
const NEWLINE = 10;
/** If no more bytes than this are left, they are copied synchronously, in one turn of the event loop. */
const SYNC_COPY_MAX = 256 * 1024;

/**
 * Releases the head of output files: by punching holes, which loses nothing, or else by copying the rest and
 * truncating.
 */
export class Releaser {
  readonly #releasedOffsets: ReleasedOffsets;
  readonly #punchHoles: PunchHoles | null;

  constructor(releasedOffsets: ReleasedOffsets, punchHoles: PunchHoles | null) {
    this.#releasedOffsets = releasedOffsets;
    this.#punchHoles = punchHoles;
  }

  /** Releases everything before `target`, and up to the start of the next line if that is within 64 KiB. */
  async release(file: string, target: number): Promise<void> {
    const end = this.#releasedOffsets.endOf(file);
    const { head, base } = this.#releasedOffsets.of(file);
    if (end === null || target <= head) return;
    const next = await this.#lineFrom(file, Math.min(target, end), end);
    if (this.#punchHoles === null) {
      await this.#truncate(file, next);
      return;
    }
    this.#releasedOffsets.move(file, { head: next, base });
    await this.#punchHolesTo(file, { head: next, base });
  }

  /** Repeats the release that a host may not have finished if it died after moving the head. */
  async repeat(file: string): Promise<void> {
    const { head, base } = this.#releasedOffsets.of(file);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined || head <= base || this.#punchHoles === null) return;
    if (stat.blocks * 512 > stat.size - (head - base) + CHUNK) await this.#punchHolesTo(file, { head, base });
  }

  async #punchHolesTo(file: string, { head, base }: ReleasedOffset): Promise<void> {
    if (head >= base) rmSync(keptFile(file), { force: true });
    if (head <= base || this.#punchHoles === null) return;
    if (!(await this.#punchHoles(file, head - base)))
      throw new Error(`The file system of "${file}" does not support holes.`);
  }

  async #lineFrom(file: string, target: number, end: number): Promise<number> {
    const source = new LogSource(file, this.#releasedOffsets);
    try {
      const buffer = Buffer.allocUnsafe(CHUNK);
      const read = await source.read(buffer, 0, Math.min(CHUNK, end - target + 1), target - 1);
      const newline = read.type === 'bytes' ? buffer.subarray(0, read.count).indexOf(NEWLINE) : -1;
      return newline === -1 ? target : target + newline;
    } finally {
      await source.close();
    }
  }

  /**
   * Copies [head, end) to a file next to it and truncates it. What the service writes between the last read and the
   * truncation is lost: both happen in one turn of the event loop, but the service does not wait for them.
   */
  async #truncate(file: string, head: number): Promise<void> {
    const temporary = `${keptFile(file)}.tmp`;
    const out = openSync(temporary, 'w', 0o600);
    try {
      const position = await this.#copy(file, head, out);
      const { base } = this.#releasedOffsets.of(file);
      const end = copyRest(file, out, { position, base });
      renameSync(temporary, keptFile(file));
      this.#releasedOffsets.move(file, { head, base: end }, end - base);
      truncateSync(file);
      this.#releasedOffsets.move(file, { head, base: end });
    } finally {
      closeSync(out);
      rmSync(temporary, { force: true });
    }
  }

  /** Copies until the rest is small enough for one turn of the event loop; resolves with the end of the copy. */
  async #copy(file: string, head: number, out: number): Promise<number> {
    const source = new LogSource(file, this.#releasedOffsets);
    const buffer = Buffer.allocUnsafe(CHUNK);
    let position = head;
    try {
      for (;;) {
        const end = this.#releasedOffsets.endOf(file) ?? position;
        if (end - position <= SYNC_COPY_MAX && position >= this.#releasedOffsets.of(file).base) return position;
        const read = await source.read(buffer, 0, CHUNK, position);
        if (read.type !== 'bytes' || read.count === 0)
          throw new Error(`The output file "${file}" changed while it was copied.`);
        writeSync(out, buffer, 0, read.count);
        position += read.count;
      }
    } finally {
      await source.close();
    }
  }
}

/** Copies from `position` to the end synchronously and returns the end. */
function copyRest(file: string, out: number, { position, base }: { position: number; base: number }): number {
  const input = openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (let at = position; ;) {
      const count = readSync(input, buffer, 0, CHUNK, at - base);
      if (count === 0) return at;
      writeSync(out, buffer, 0, count);
      at += count;
    }
  } finally {
    closeSync(input);
  }
}
