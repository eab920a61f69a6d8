import { statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../error-code.ts';
import { namesIn } from '../files.ts';

/** Where the log of a launch is. */
export interface LogPlace {
  readonly folder: string;
  readonly generation: number;
}

/** Where the segments of a log start, in bytes since the launch, oldest first. Each is a file that is never renamed. */
export function segmentsOf({ folder, generation }: LogPlace): readonly number[] {
  const prefix = `${generation}.`;
  const starts: number[] = [];
  for (const name of namesIn(folder)) {
    if (name.startsWith(prefix) && /^\d{15}\.log$/.test(name.slice(prefix.length)))
      starts.push(Number(name.slice(prefix.length, -4)));
  }
  return starts.sort((a, b) => a - b);
}

/** The file of the segment with that start. */
export function segmentFile({ folder, generation }: LogPlace, start: number): string {
  return join(folder, `${generation}.${String(start).padStart(15, '0')}.log`);
}

/** The end of a log: of what is in its newest segment, be it a whole record or not. Null: there is none. */
export function logEnd(place: LogPlace): number | null {
  const newest = segmentsOf(place).at(-1);
  if (newest === undefined) return null;
  return newest + (statSync(segmentFile(place, newest), { throwIfNoEntry: false })?.size ?? 0);
}

/** The result of a read. `missing`: what precedes `next` was removed. `end`: nothing is there yet. */
export type SegmentRead =
  | { readonly type: 'bytes'; readonly count: number }
  | { readonly type: 'missing'; readonly next: number }
  | { readonly type: 'end' };

/** Reads a log by offset, from whichever segment has the bytes. Opened for one pass. */
export class SegmentSource {
  readonly #place: LogPlace;
  #open: { readonly start: number; readonly handle: FileHandle } | null = null;

  constructor(place: LogPlace) {
    this.#place = place;
  }

  /** Reads into `buffer`; never across the end of a segment. */
  async read(buffer: Buffer, position: number): Promise<SegmentRead> {
    const count = await this.#readFrom(buffer, position);
    if (count > 0) return { type: 'bytes', count };
    for (;;) {
      const starts = segmentsOf(this.#place);
      const start = starts.findLast((one) => one <= position);
      if (start !== undefined && start !== this.#open?.start && !(await this.#openAt(start))) continue; // removed just now
      const found = start === undefined ? 0 : await this.#readFrom(buffer, position);
      if (found > 0) return { type: 'bytes', count: found };
      const next = starts.find((one) => one > position);
      return next === undefined ? { type: 'end' } : { type: 'missing', next };
    }
  }

  /** A segment that was removed while it is open still has its bytes. */
  async #readFrom(buffer: Buffer, position: number): Promise<number> {
    if (this.#open === null || position < this.#open.start) return 0;
    const { handle, start } = this.#open;
    return (await handle.read(buffer, 0, buffer.length, position - start)).bytesRead;
  }

  async #openAt(start: number): Promise<boolean> {
    await this.close();
    try {
      this.#open = { start, handle: await open(segmentFile(this.#place, start), 'r') };
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    const handle = this.#open?.handle;
    this.#open = null;
    await handle?.close();
  }
}
