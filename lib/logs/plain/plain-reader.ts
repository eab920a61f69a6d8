import type { ServiceId } from '../../model/values/ids.ts';
import { formatPosition, LOG_STREAMS, type LogGap, type LogItem } from '../../model/values/log-line.ts';
import type { Batches, LaunchReader, StreamRanges } from '../launch-output.ts';
import { launchKey, type LogContext } from '../log-context.ts';
import { LogCursor, type RawItem } from './cursor.ts';
import { logPlaceOf } from './files.ts';

/** Reads the files of one launch, stdout before stderr in each pass. */
export class PlainReader implements LaunchReader {
  readonly generation: number;
  readonly #ranges: StreamRanges;
  readonly #cursors: readonly LogCursor[];
  readonly #unpins: readonly (() => void)[];

  constructor(context: LogContext, serviceId: ServiceId, generation: number, ranges: StreamRanges) {
    const { activeReaders, layout, releasedOffsets } = context;
    this.generation = generation;
    this.#ranges = ranges;
    const streams = LOG_STREAMS.filter((stream) => ranges.has(stream));
    this.#cursors = streams.map((stream) => {
      const place = logPlaceOf(layout, serviceId, generation, stream);
      return new LogCursor(place, releasedOffsets, ranges.get(stream)?.from ?? 0);
    });
    this.#unpins = this.#cursors.flatMap((cursor) => [
      activeReaders.add(launchKey(serviceId, generation), cursor),
      activeReaders.add(cursor.place.file, cursor),
    ]);
  }

  pass(isOver: boolean): Batches {
    return this.#read(isOver, () => Infinity);
  }

  passToEnd(isOver: boolean): Batches {
    return this.#read(isOver, ({ place }) => this.#ranges.get(place.stream)?.to ?? Infinity);
  }

  async *#read(isOver: boolean, endOf: (cursor: LogCursor) => number): Batches {
    for (const cursor of this.#cursors) {
      const passed = cursor.pass(isOver, endOf(cursor));
      for await (const items of passed) yield items.map((item) => this.#itemOf(cursor, item));
    }
  }

  get position(): string {
    return formatPosition({ generation: this.generation, offsets: this.#cursors.map(({ offset }) => offset) });
  }

  get passedBytes(): number {
    const passed = this.#cursors.map(({ offset, place }) => offset - (this.#ranges.get(place.stream)?.from ?? 0));
    return passed.reduce((sum, bytes) => sum + Math.max(0, bytes), 0);
  }

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
    return { type: 'line', generation, stream, offset: item.offset, at: null, text: item.text, partial, position };
  }

  #positionAt(cursor: LogCursor, end: number): string {
    const offsets = this.#cursors.map((other) => (other === cursor ? end : other.offset));
    return formatPosition({ generation: this.generation, offsets });
  }

  close(): void {
    for (const unpin of this.#unpins) unpin();
  }
}
