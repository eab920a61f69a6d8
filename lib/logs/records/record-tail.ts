import { LOG_STREAMS, type LogStream } from '../../model/values/log-line.ts';
import type { TailStart } from '../launch-output.ts';
import { isCut, recordsBackwards, type LogRecord } from './record.ts';
import { logEnd, SegmentSource, segmentsOf, type LogPlace } from './segments.ts';

const CHUNK = 64 * 1024;
const NEWLINE = 10;

/** What the records are given to, from the last to the first. */
interface Backwards {
  readonly isFound: boolean;
  take(record: LogRecord): void;
}

/** The search for the last lines of one stream, from the end backwards. */
class StreamTail implements Backwards {
  readonly #wanted: number;
  readonly #isOver: boolean;
  #lines = 0;
  #start: number | null = null;
  isFound: boolean;

  constructor(wanted: number, isOver: boolean) {
    this.#wanted = wanted;
    this.#isOver = isOver;
    this.isFound = wanted === 0;
  }

  /** Takes the record before the one taken last. */
  take(record: LogRecord): void {
    if (this.isFound) return;
    if (record.isEnd) {
      if (this.#lines === this.#wanted) {
        this.isFound = true;
        return;
      }
      this.#lines += 1;
    } else if (this.#lines === 0) {
      if (isCut(record) && !this.#isOver) return; // held back, see JoinedLines.giveRest
      this.#lines = 1;
    }
    this.#start = record.offset;
  }

  /** Given where the log ends. */
  result(end: number): TailStart {
    return { offset: this.#start ?? end, end, found: this.#lines };
  }
}

/** The search for the last lines of some streams together. */
class JointTail implements Backwards {
  readonly #streams: ReadonlySet<LogStream | null>;
  readonly #wanted: number;
  found = 0;
  start: number | null = null;

  constructor(streams: readonly LogStream[], wanted: number) {
    this.#streams = new Set(streams);
    this.#wanted = wanted;
  }

  get isFound(): boolean {
    return this.found > this.#wanted;
  }

  take({ stream, offset, isEnd }: LogRecord): void {
    if (this.found > this.#wanted || !this.#streams.has(stream)) return;
    if (isEnd || this.found === 0) this.found += 1;
    if (this.found <= this.#wanted) this.start = offset;
  }
}

/** Where the last lines of these streams together start before `to`. The first may be the rest of a longer line. */
export async function lastLinesOf(
  place: LogPlace,
  streams: readonly LogStream[],
  count: number,
  to: number,
): Promise<{ readonly offset: number; readonly found: number }> {
  const tail = new JointTail(streams, count);
  if (count > 0) await search(place, tail, to);
  return { offset: tail.start ?? to, found: Math.min(count, tail.found) };
}

/**
 * Where the last lines of some streams start before `to`. All of the log is read if it has fewer lines of one of them.
 */
export async function tailOf(
  place: LogPlace,
  lines: ReadonlyMap<LogStream, number>,
  isOver: boolean,
  to = Infinity,
): Promise<ReadonlyMap<LogStream, TailStart>> {
  const tails = new Map<LogStream, StreamTail>();
  for (const stream of LOG_STREAMS) {
    const wanted = lines.get(stream);
    if (wanted !== undefined) tails.set(stream, new StreamTail(wanted, isOver));
  }
  const each: Backwards = {
    get isFound() {
      return [...tails.values()].every(({ isFound }) => isFound);
    },
    take: (record) => {
      if (record.stream !== null) tails.get(record.stream)?.take(record);
    },
  };
  const end = await search(place, each, to);
  return new Map([...tails].map(([stream, tail]) => [stream, tail.result(end ?? 0)]));
}

/** Resolves with the end of the last record; null: there is none. */
async function search(place: LogPlace, tail: Backwards, limit: number): Promise<number | null> {
  const source = new SegmentSource(place);
  const buffer = Buffer.allocUnsafe(CHUNK);
  let end: number | null = null;
  try {
    let to = Math.min(logEnd(place) ?? 0, limit);
    for (const start of [...segmentsOf(place)].reverse()) {
      while (to > start) {
        if (end !== null && tail.isFound) return end;
        const from = Math.max(start, to - CHUNK);
        const read = await source.read(buffer.subarray(0, to - from), from);
        if (read.type !== 'bytes' || read.count < to - from) return end; // removed during the search
        const whole = wholeRecords(buffer.subarray(0, read.count), from > start);
        if (whole.to > whole.from) {
          end ??= from + whole.to;
          const records = recordsBackwards(buffer.subarray(whole.from, whole.to), from + whole.from);
          for (const record of records) tail.take(record);
        }
        to = from + (whole.from < whole.to ? whole.from : 0);
      }
    }
    return end;
  } finally {
    await source.close();
  }
}

/** Where whole records are in what was read; its first bytes may belong to a record that starts before them. */
function wholeRecords(bytes: Buffer, startsWithin: boolean): { readonly from: number; readonly to: number } {
  return { from: startsWithin ? bytes.indexOf(NEWLINE) + 1 : 0, to: bytes.lastIndexOf(NEWLINE) + 1 };
}
