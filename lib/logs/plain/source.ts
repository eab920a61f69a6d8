import { open, type FileHandle } from 'node:fs/promises';
import { codeOf } from '../error-code.ts';
import { keptFile } from './files.ts';
import type { ReleasedOffsets } from './released-offsets.ts';

/** The result of a read. `released`: the bytes are no longer available; the output now starts at `head`. */
export type SourceRead =
  | { readonly type: 'bytes'; readonly count: number }
  | { readonly type: 'released'; readonly head: number }
  | { readonly type: 'gone' };

/** Reads one stream of one launch by offset, from whichever file has the bytes. Opened for one pass. */
export class LogSource {
  readonly #file: string;
  readonly #releasedOffsets: ReleasedOffsets;
  #live: FileHandle | null = null;
  #kept: FileHandle | null = null;
  #base = -1;

  constructor(file: string, releasedOffsets: ReleasedOffsets) {
    this.#file = file;
    this.#releasedOffsets = releasedOffsets;
  }

  /**
   * Reads up to `length` bytes at `position` into `buffer` from `at` on. 0 bytes: nothing has been written there yet.
   */
  async read(buffer: Buffer, at: number, length: number, position: number): Promise<SourceRead> {
    for (;;) {
      const { head, base } = this.#releasedOffsets.of(this.#file);
      if (position < head) return { type: 'released', head };
      if (base !== this.#base) await this.#reopen(base);
      const count = await this.#readFrom(position < base ? 'kept' : 'live', { buffer, at, length, position, base });
      const now = this.#releasedOffsets.of(this.#file);
      // The head may have moved during the read: then the bytes are from another place, or already a hole.
      if (now.base !== base) continue;
      if (position < now.head) return { type: 'released', head: now.head };
      return count === null ? { type: 'gone' } : { type: 'bytes', count };
    }
  }

  async #reopen(base: number): Promise<void> {
    await this.close();
    this.#base = base;
  }

  async #readFrom(
    from: 'live' | 'kept',
    request: { buffer: Buffer; at: number; length: number; position: number; base: number },
  ): Promise<number | null> {
    const { buffer, at, length, position, base } = request;
    if (from === 'live') {
      this.#live ??= await opened(this.#file);
      return this.#live === null ? null : (await this.#live.read(buffer, at, length, position - base)).bytesRead;
    }
    this.#kept ??= await opened(keptFile(this.#file));
    if (this.#kept === null) return null;
    const { size } = await this.#kept.stat();
    const limit = Math.min(length, base - position);
    return (await this.#kept.read(buffer, at, limit, Math.max(0, position - (base - size)))).bytesRead;
  }

  async close(): Promise<void> {
    const handles = [this.#live, this.#kept];
    this.#live = null;
    this.#kept = null;
    for (const handle of handles) await handle?.close();
  }
}

async function opened(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
