import { formatPosition, type LogGap, type LogStream } from '../../model/values/log-line.ts';
import type { Batches, LaunchReader, Skim, StreamRanges } from '../launch-output.ts';
import { unwrittenAt } from './gaps.ts';
import { JoinedLines } from './joined-lines.ts';
import { recordsIn, type LogRecord } from './record.ts';
import { SegmentSource, type LogPlace } from './segments.ts';

/** Bytes per read. */
const CHUNK = 64 * 1024;
/** The same, if most of what is read will be skipped; it is skipped in pieces of a chunk. */
const SKIMMED_CHUNK = 1024 * 1024;
const NEWLINE = 10;

/** Reads the log of one launch. */
export class RecordReader implements LaunchReader {
  readonly generation: number;
  readonly #place: LogPlace;
  readonly #ranges: StreamRanges;
  readonly #lines: JoinedLines;
  readonly #unpin: () => void;
  readonly #skim: Skim | undefined;
  readonly #start: number;
  #offset: number;
  /** Whether `#offset` is known to be where a record starts. */
  #isAligned: boolean;

  constructor(place: LogPlace, ranges: StreamRanges, pin: (reader: RecordReader) => () => void, skim?: Skim) {
    this.#place = place;
    this.#skim = skim;
    this.generation = place.generation;
    this.#ranges = ranges;
    this.#offset = Math.min(...[...ranges.values()].map(({ from }) => from));
    this.#start = this.#offset;
    this.#isAligned = this.#offset === 0;
    this.#lines = new JoinedLines(place.generation, [...ranges.keys()], this.#offset);
    this.#unpin = pin(this);
  }

  /** How far it has read. */
  get offset(): number {
    return this.#offset;
  }

  get passedBytes(): number {
    return this.#offset - this.#start;
  }

  get position(): string {
    return this.#lines.position;
  }

  pass(isOver: boolean): Batches {
    return this.#read(isOver, () => Infinity);
  }

  passToEnd(isOver: boolean): Batches {
    return this.#read(isOver, (stream) => this.#ranges.get(stream)?.to ?? Infinity);
  }

  async *#read(isOver: boolean, endOf: (stream: LogStream) => number): Batches {
    const end = Math.max(...[...this.#ranges.keys()].map(endOf));
    const source = new SegmentSource(this.#place);
    try {
      yield* this.#readTo(end, endOf, source);
    } finally {
      await source.close();
    }
    this.#lines.giveRest(isOver || this.#offset >= end);
    const rest = this.#lines.items();
    if (rest.length > 0) yield rest;
  }

  async *#readTo(end: number, endOf: (stream: LogStream) => number, source: SegmentSource): Batches {
    const buffer = Buffer.allocUnsafe(this.#skim === undefined ? CHUNK : SKIMMED_CHUNK);
    while (this.#offset < end && (this.#isAligned || (await this.#align(buffer, source)))) {
      const read = await source.read(buffer, this.#offset);
      if (read.type === 'end') return;
      if (read.type === 'missing') {
        this.#lines.gap(read.next);
        this.#offset = read.next;
      } else {
        const whole = buffer.lastIndexOf(NEWLINE, read.count - 1) + 1;
        if (whole === 0 && read.count < buffer.length) return; // what is there of a record is not all of it
        if (whole === 0) this.#lines.gap(this.#offset + read.count); // no record is so long
        else this.#takeAll(buffer.subarray(0, whole), end, endOf);
        this.#offset += whole === 0 ? read.count : whole;
      }
      const items = this.#lines.items();
      if (items.length > 0 || this.#skim !== undefined) yield items;
    }
  }

  /**
   * Takes or skips whole records, up to `end`: what was written behind it in the meantime is left for whoever continues
   * from the position.
   */
  #takeAll(bytes: Buffer, end: number, endOf: (stream: LogStream) => number): void {
    for (let from = 0; from < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, Math.min(from + CHUNK, bytes.length) - 1);
      const to = newline === -1 ? bytes.length : newline + 1;
      const piece = bytes.subarray(from, to);
      const offset = this.#offset + from;
      const isSkimmed = this.#skim !== undefined && !this.#lines.isWithinLine && offset + piece.length <= end;
      if (isSkimmed && !this.#skim(piece, offset)) this.#lines.skip({ end: offset + piece.length });
      else for (const record of recordsIn(piece, offset)) if (record.offset < end) this.#take(record, endOf);
      from = to;
    }
  }

  #take(record: LogRecord, endOf: (stream: LogStream) => number): void {
    const { stream, offset } = record;
    const range = stream === null ? undefined : this.#ranges.get(stream);
    const unwritten = unwrittenAt(this.#place, record);
    if (unwritten !== null) this.#lines.unwritten(unwritten, record);
    else if (stream === null) this.#lines.gap(record.end);
    else if (range === undefined || offset < range.from || offset >= endOf(stream)) this.#lines.skip(record);
    else this.#lines.take(record, stream);
  }

  /** A position may have been made up, or be in a record that was being written: then it means the next one. */
  async #align(buffer: Buffer, source: SegmentSource): Promise<boolean> {
    const before = this.#offset - 1;
    const read = await source.read(buffer, before);
    if (read.type === 'end') return false;
    const newline = read.type === 'bytes' ? buffer.subarray(0, read.count).indexOf(NEWLINE) : 0;
    this.#isAligned = read.type !== 'bytes' || newline !== -1;
    if (this.#isAligned && newline > 0) this.#lines.startAt((this.#offset = before + newline + 1));
    return this.#isAligned;
  }

  goneItems(): readonly LogGap[] {
    const { generation } = this;
    const streams = [...this.#ranges.keys()];
    const stream = streams.length === 1 ? (streams[0] ?? null) : null;
    const position = formatPosition({ generation, offsets: [this.#offset] });
    return [{ type: 'gap', generation, stream, from: this.#offset, to: null, position }];
  }

  close(): void {
    this.#unpin();
  }
}
