import { LINE_LIMIT } from '../../model/values/log-line.ts';
import type { Reader } from '../active-readers.ts';
import type { LogPlace } from './files.ts';
import { linesIn, nulsIn, type RawLine } from './lines.ts';
import type { ReleasedOffsets } from './released-offsets.ts';
import { LogSource } from './source.ts';

/** Bytes per read. */
const CHUNK = 64 * 1024;
/** A shorter run of NULs was written by the service itself. */
const SMALLEST_HOLE = 4096;

/** An item that a pass finds in one stream. */
export type RawItem =
  | ({ readonly type: 'line'; readonly isUnfinished: boolean } & RawLine)
  | { readonly type: 'gap'; readonly offset: number; readonly end: number };

/** How far one stream of one launch has been read. Always at the start of the next line to return. */
export class LogCursor implements Reader {
  readonly place: LogPlace;
  readonly #releasedOffsets: ReleasedOffsets;
  #offset: number;

  constructor(place: LogPlace, releasedOffsets: ReleasedOffsets, offset: number) {
    this.place = place;
    this.#releasedOffsets = releasedOffsets;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /**
   * Reads to the current end of the output, or to `limit` if that comes first. What follows the last newline is left
   * for a later pass, which reads it again, unless the launch `isOver` or the limit is there. A pass keeps one file open
   * and two chunks in memory; nothing is kept between passes.
   */
  async *pass(isOver: boolean, limit = Infinity): AsyncGenerator<readonly RawItem[], void, undefined> {
    const end = Math.min(this.#releasedOffsets.endOf(this.place.file) ?? 0, limit);
    if (end <= this.#offset) return;
    const source = new LogSource(this.place.file, this.#releasedOffsets);
    try {
      yield* this.#readTo(end, isOver || end === limit, source);
    } finally {
      await source.close();
    }
  }

  async *#readTo(end: number, isLast: boolean, source: LogSource): AsyncGenerator<readonly RawItem[], void, undefined> {
    const buffer = Buffer.allocUnsafe(LINE_LIMIT + CHUNK);
    let held = 0;
    let mayBeHole = this.#offset <= this.#releasedOffsets.of(this.place.file).head;
    let skippedFrom = -1;
    while (this.#offset + held < end) {
      const position = this.#offset + held;
      const read = await source.read(buffer, held, Math.min(CHUNK, end - position), position);
      if (read.type === 'released') {
        yield [this.#skipTo(read.head, this.#offset)];
        held = 0;
        mayBeHole = true;
        continue;
      }
      if (read.type === 'gone' || read.count === 0) return;
      held += read.count;
      if (mayBeHole) {
        const nuls = nulsIn(buffer.subarray(0, held));
        if (skippedFrom >= 0 || nuls >= SMALLEST_HOLE) {
          if (skippedFrom < 0) skippedFrom = this.#offset;
          held = this.#drop(buffer, nuls, held);
        }
        if (held === 0) continue;
        mayBeHole = false;
        if (skippedFrom >= 0) yield [{ type: 'gap', offset: skippedFrom, end: this.#offset }];
      }
      const lines = linesIn(buffer.subarray(0, held), this.#offset);
      held = this.#drop(buffer, (lines.at(-1)?.end ?? this.#offset) - this.#offset, held);
      if (lines.length > 0) yield lines.map((line) => ({ type: 'line', isUnfinished: false, ...line }));
    }
    if (!isLast || held === 0) return;
    const offset = this.#offset;
    this.#offset += held;
    const text = buffer.toString('utf8', 0, held);
    yield [{ type: 'line', offset, end: this.#offset, text, isSplit: false, isUnfinished: true }];
  }

  #drop(buffer: Buffer, count: number, held: number): number {
    buffer.copyWithin(0, count, held);
    this.#offset += count;
    return held - count;
  }

  #skipTo(head: number, from: number): RawItem {
    this.#offset = head;
    return { type: 'gap', offset: from, end: head };
  }
}
