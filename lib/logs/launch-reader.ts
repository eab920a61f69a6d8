import { formatPosition, LOG_STREAMS, type LogGap, type LogItem, type LogQuery } from '../model/values/log-line.ts';
import { LogCursor, type RawItem } from './cursor.ts';
import { logPlaceOf } from './files.ts';
import type { LogContext } from './log-context.ts';
import type { StartPositions } from './start-positions.ts';

/**
 * Reads the requested streams of one launch, stdout before stderr in each pass. Close it so that space can be released.
 */
export class LaunchReader {
  readonly generation: number;
  readonly #cursors: readonly LogCursor[];
  readonly #ends = new Map<LogCursor, number>();
  readonly #unpins: readonly (() => void)[];

  constructor(context: LogContext, query: LogQuery, generation: number, starts: StartPositions) {
    this.generation = generation;
    const streams = LOG_STREAMS.filter((stream) => query.streams.includes(stream));
    this.#cursors = streams.map((stream) => {
      const place = logPlaceOf(context.layout, query.serviceId, generation, stream);
      const start = starts.get(stream);
      const { head } = context.releasedOffsets.of(place.file);
      const begin = start?.generation === generation ? (start.offset ?? head) : head;
      const isLater = start !== undefined && start.generation > generation;
      const cursor = new LogCursor(
        place,
        context.releasedOffsets,
        isLater ? (context.releasedOffsets.endOf(place.file) ?? 0) : begin,
      );
      if (start?.end?.generation === generation) this.#ends.set(cursor, start.end.offset);
      return cursor;
    });
    this.#unpins = this.#cursors.map((cursor) => context.activeReaders.add(cursor.place.file, cursor));
  }

  /** Reads what has been written so far; see LogCursor.pass. */
  pass(isOver: boolean): AsyncGenerator<readonly LogItem[], void, undefined> {
    return this.#read(isOver, () => Infinity);
  }

  /** Likewise, but not beyond the end of the query. */
  passToEnd(isOver: boolean): AsyncGenerator<readonly LogItem[], void, undefined> {
    return this.#read(isOver, (cursor) => this.#ends.get(cursor) ?? Infinity);
  }

  async *#read(
    isOver: boolean,
    endOf: (cursor: LogCursor) => number,
  ): AsyncGenerator<readonly LogItem[], void, undefined> {
    for (const cursor of this.#cursors) {
      const passed = cursor.pass(isOver, endOf(cursor));
      for await (const items of passed) yield items.map((item) => this.#itemOf(cursor, item));
    }
  }

  /** The gaps to report if the launch was deleted before it was read to the end. */
  goneItems(): readonly LogGap[] {
    const { generation } = this;
    return this.#cursors.map((cursor) => {
      const { offset, place } = cursor;
      const position = this.#positionAt(cursor, offset);
      return { type: 'gap', generation, stream: place.stream, from: offset, to: null, position };
    });
  }

  #itemOf(cursor: LogCursor, item: RawItem): LogItem {
    const { generation } = this;
    const { stream } = cursor.place;
    const position = this.#positionAt(cursor, item.end);
    if (item.type === 'gap') return { type: 'gap', generation, stream, from: item.offset, to: item.end, position };
    const partial = item.isSplit ? 'split' : item.isUnfinished ? 'unfinished' : null;
    return { type: 'line', generation, stream, offset: item.offset, text: item.text, partial, position };
  }

  #positionAt(cursor: LogCursor, end: number): string {
    const offsets = this.#cursors.map((other) => [other.place.stream, other === cursor ? end : other.offset] as const);
    return formatPosition({ generation: this.generation, offsets: Object.fromEntries(offsets) });
  }

  close(): void {
    for (const unpin of this.#unpins) unpin();
  }
}
