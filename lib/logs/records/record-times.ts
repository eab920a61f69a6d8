import type { Instant } from '../../model/values/time.ts';
import { recordsIn, timeOf, type LogRecord } from './record.ts';
import { logEnd, SegmentSource, segmentsOf, type LogPlace } from './segments.ts';

/** Larger than any record, so that there is a whole one in as many bytes, or the end of the log. */
const CHUNK = 64 * 1024;
const NEWLINE = 10;
/** The last instant that a record can have. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Finds records by time. The times of a launch never go back, so this is a bisection and needs no index. */
class TimeSearch {
  readonly #source: SegmentSource;
  readonly #time: string;
  readonly #buffer = Buffer.allocUnsafe(CHUNK);

  constructor(source: SegmentSource, instant: Instant) {
    this.#source = source;
    this.#time = new Date(Math.min(Math.max(0, Math.ceil(instant)), LAST)).toISOString().replace('Z', '000000Z');
  }

  /** The first record that starts behind `offset`, or there if `isStart`. */
  async #recordBehind(offset: number, isStart: boolean): Promise<LogRecord | null> {
    const read = await this.#source.read(this.#buffer, offset);
    if (read.type !== 'bytes') return null;
    const bytes = this.#buffer.subarray(0, read.count);
    const from = isStart ? 0 : bytes.indexOf(NEWLINE) + 1;
    return recordsIn(bytes.subarray(from), offset + from).find(({ stream }) => stream !== null) ?? null;
  }

  #isBefore(record: LogRecord | null): record is LogRecord {
    return record !== null && timeOf(record) < this.#time;
  }

  /** How many segments at the beginning start with a record before the instant. */
  async earlierSegments(starts: readonly number[]): Promise<number> {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#isBefore(await this.#recordBehind(starts[middle] ?? 0, true))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first record since the instant; there is an earlier one at `from`, and none before it at `to`. */
  async offsetBetween(from: number, to: number): Promise<number | null> {
    let low = from;
    let high = to;
    while (high - low > CHUNK) {
      const middle = Math.floor((low + high) / 2);
      const record = await this.#recordBehind(middle, false);
      if (this.#isBefore(record) && record.offset < high) low = record.offset;
      else high = middle;
    }
    for (;;) {
      const read = await this.#source.read(this.#buffer, low);
      if (read.type === 'end') return null;
      if (read.type === 'missing') low = read.next;
      else {
        const records = recordsIn(this.#buffer.subarray(0, read.count), low);
        const found = records.find((record) => record.stream !== null && timeOf(record) >= this.#time);
        if (found !== undefined) return found.offset;
        const end = records.at(-1)?.end;
        if (end === undefined) return null;
        low = end;
      }
    }
  }
}

/** Where the records since an instant start; null: there are none. */
export async function offsetSince(place: LogPlace, instant: Instant): Promise<number | null> {
  const starts = segmentsOf(place);
  const end = logEnd(place);
  const [oldest] = starts;
  if (oldest === undefined || end === null || end === oldest) return null;
  const source = new SegmentSource(place);
  try {
    const search = new TimeSearch(source, instant);
    const earlier = await search.earlierSegments(starts);
    const start = starts[earlier - 1];
    return start === undefined ? oldest : await search.offsetBetween(start, starts[earlier] ?? end);
  } finally {
    await source.close();
  }
}
