import { formatPosition, LINE_LIMIT, LOG_STREAMS, type LogItem, type LogStream } from '../../model/values/log-line.ts';
import type { UnwrittenBytes } from './gaps.ts';
import { isCut, textOf, timeOf, type LogRecord } from './record.ts';

/** The beginning of a line whose end has not been read yet. */
interface OpenLine {
  readonly stream: LogStream;
  readonly offset: number;
  readonly at: string;
  readonly pieces: Buffer[];
  bytes: number;
  /** More of it certainly follows. */
  isCut: boolean;
}

/**
 * Forms lines of records. A line ends with its last record, when something of the other stream comes between its records,
 * and at {@link LINE_LIMIT}; what follows is another item. So everything before the position of an item has been given.
 */
export class JoinedLines {
  readonly #generation: number;
  readonly #streams: readonly LogStream[];
  #items: LogItem[] = [];
  #open: OpenLine | null = null;
  /** Streams with a line whose beginning was given, and not its end. */
  readonly #begun = new Set<LogStream>();
  /** The end of what was taken. */
  #end: number;

  constructor(generation: number, streams: readonly LogStream[], start: number) {
    this.#generation = generation;
    this.#streams = LOG_STREAMS.filter((stream) => streams.includes(stream));
    this.#end = start;
  }

  /** The items since the last call. */
  items(): readonly LogItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  /** Whether there is a line whose end was not taken. */
  get isWithinLine(): boolean {
    return this.#open !== null;
  }

  /** Where a later reader continues without missing what was not given yet. */
  get position(): string {
    const offset = this.#open?.offset ?? this.#end;
    return formatPosition({ generation: this.#generation, offsets: [offset] });
  }

  /** Takes the next record of a requested stream. */
  take(record: LogRecord, stream: LogStream): void {
    const text = record.to - record.from;
    if (this.#open !== null && this.#open.stream !== stream) this.#giveOpen('unfinished');
    if (this.#open !== null && this.#open.bytes + text > LINE_LIMIT) this.#giveOpen('split');
    this.#end = record.end;
    if (!record.isEnd) {
      this.#lengthen(record, stream);
      return;
    }
    const open = this.#open;
    this.#open = null;
    if (open === null) this.#give({ stream, offset: record.offset, at: timeOf(record) }, textOf(record), null);
    else this.#give(open, Buffer.concat([...open.pieces, copyOf(record)]).toString('utf8'), null);
    this.#begun.delete(stream);
  }

  #lengthen(record: LogRecord, stream: LogStream): void {
    this.#open ??= { stream, offset: record.offset, at: timeOf(record), pieces: [], bytes: 0, isCut: false };
    this.#open.pieces.push(copyOf(record));
    this.#open.bytes += record.to - record.from;
    this.#open.isCut = isCut(record);
  }

  /** Begins there instead. */
  startAt(offset: number): void {
    this.#end = offset;
  }

  /** Leaves out what is of no interest. */
  skip({ end }: Pick<LogRecord, 'end'>): void {
    this.#end = end;
  }

  /** Gives what is there of the last line, but not a piece that will certainly grow soon, unless `isFinal`. */
  giveRest(isFinal: boolean): void {
    if (this.#open !== null && (isFinal || !this.#open.isCut)) this.#giveOpen('unfinished');
  }

  /** Nothing is left of what was there up to `next`. */
  gap(next: number): void {
    this.#gap(next, this.#streams, {});
  }

  /** The disk did not take all of the output. */
  unwritten(bytes: UnwrittenBytes, { end }: LogRecord): void {
    const streams = this.#streams.filter((stream) => bytes[stream] > 0);
    if (streams.length === 0) this.#end = end;
    else this.#gap(end, streams, { unwritten: streams.reduce((sum, stream) => sum + bytes[stream], 0) });
  }

  #gap(to: number, streams: readonly LogStream[], more: { readonly unwritten?: number }): void {
    this.giveRest(true);
    const from = this.#end;
    const [stream = null, other] = streams;
    this.#end = to;
    for (const one of streams) this.#begun.delete(one);
    const what = { generation: this.#generation, stream: other === undefined ? stream : null, from, to };
    this.#items.push({ type: 'gap', ...what, ...more, position: this.#position() });
  }

  #giveOpen(partial: 'split' | 'unfinished'): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    this.#give(open, Buffer.concat(open.pieces).toString('utf8'), partial);
    this.#begun.add(open.stream);
  }

  #give(
    { stream, offset, at }: Pick<OpenLine, 'stream' | 'offset' | 'at'>,
    text: string,
    partial: 'split' | 'unfinished' | null,
  ): void {
    const continues = this.#begun.has(stream) ? { continues: true as const } : {};
    const line = { generation: this.#generation, stream, offset, at, text, partial, ...continues };
    this.#items.push({ type: 'line', ...line, position: this.#position() });
  }

  #position(): string {
    return formatPosition({ generation: this.#generation, offsets: [this.#end] });
  }
}

/** The bytes of a record are only valid until the next read. */
function copyOf({ bytes, from, to }: LogRecord): Buffer {
  return Buffer.from(bytes.subarray(from, to));
}
