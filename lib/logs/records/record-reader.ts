import { formatPosition, type LogGap, type LogStream } from '../../model/values/log-line.ts';
import type { Batches, LaunchReader, StreamRanges } from '../launch-output.ts';
import { unwrittenAt } from './gaps.ts';
import { JoinedLines } from './joined-lines.ts';
import { recordsIn, type LogRecord } from './record.ts';
import { SegmentSource, type LogPlace } from './segments.ts';

/** Bytes per read. */
const CHUNK = 64 * 1024;
const NEWLINE = 10;

/** Reads the log of one launch. */
export class RecordReader implements LaunchReader {
  readonly generation: number;
  readonly #place: LogPlace;
  readonly #ranges: StreamRanges;
  readonly #lines: JoinedLines;
  readonly #unpin: () => void;
  #offset: number;
  /** Whether `#offset` is known to be where a record starts. */
  #isAligned: boolean;

  constructor(place: LogPlace, ranges: StreamRanges, pin: (reader: RecordReader) => () => void) {
    this.#place = place;
    this.generation = place.generation;
    this.#ranges = ranges;
    this.#offset = Math.min(...[...ranges.values()].map(({ from }) => from));
    this.#isAligned = this.#offset === 0;
    this.#lines = new JoinedLines(place.generation, [...ranges.keys()], this.#offset);
    this.#unpin = pin(this);
  }

  /** How far it has read. */
  get offset(): number {
    return this.#offset;
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
    const buffer = Buffer.allocUnsafe(CHUNK);
    while (this.#offset < end && (this.#isAligned || (await this.#align(buffer, source)))) {
      const read = await source.read(buffer, this.#offset);
      if (read.type === 'end') return;
      if (read.type === 'missing') {
        this.#lines.gap(read.next);
        this.#offset = read.next;
      } else {
        const records = recordsIn(buffer.subarray(0, read.count), this.#offset);
        for (const record of records) this.#take(record, endOf);
        const last = records.at(-1);
        if (last === undefined && read.count < CHUNK) return; // what is there of a record is not all of it
        this.#offset = last?.end ?? this.#offset + read.count;
        if (last === undefined) this.#lines.gap(this.#offset); // no record is so long
      }
      const items = this.#lines.items();
      if (items.length > 0) yield items;
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
