import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { logFolder, logLayoutOf, MIN_LAUNCH_LOG_BYTES } from '../../launching/log-layout.ts';
import type { LaunchLog, LogMark, LogSink, StampedLine } from '../../ports/engine/log-sink.ts';
import { MAX_TEXT } from '../records/record.ts';
import { segmentFile, segmentsOf, type LogPlace } from '../records/segments.ts';
import { markOf, wholeLinesOf } from './mark.ts';

const SEGMENTS_OF_A_LAUNCH = 8;
const MIN_SEGMENT = 64 * 1024;
const MAX_SEGMENT = 8 * 1024 * 1024;
const NEWLINE = Buffer.from('\n');

/** Opens the sink for the logs of a state directory, in the segments that native shims write too. */
export function recordSink(stateDir: string): LogSink {
  const layout = logLayoutOf(stateDir);
  return {
    open: async (serviceId, generation, maxBytes) => {
      const place = { folder: logFolder(layout, serviceId), generation };
      await mkdir(place.folder, { recursive: true, mode: 0o700 });
      return SegmentLog.open(place, Math.max(maxBytes, MIN_LAUNCH_LOG_BYTES));
    },
  };
}

/** The segment that is written to; `end` is that of the log, in bytes since the launch. */
interface Segment {
  readonly start: number;
  readonly handle: FileHandle;
  readonly end: number;
}

class SegmentLog implements LaunchLog {
  readonly #place: LogPlace;
  readonly #bound: number;
  readonly #segmentBytes: number;
  #segment: Segment | null = null;
  #mark: LogMark | null = null;

  private constructor(place: LogPlace, bound: number) {
    this.#place = place;
    this.#bound = bound;
    this.#segmentBytes = Math.min(Math.max(Math.floor(bound / SEGMENTS_OF_A_LAUNCH), MIN_SEGMENT), MAX_SEGMENT);
  }

  /** What follows the last whole line was written by a host that was killed in it, and is cut off. */
  static async open(place: LogPlace, bound: number): Promise<SegmentLog> {
    const log = new SegmentLog(place, bound);
    const start = segmentsOf(place).at(-1);
    if (start === undefined) return log;
    const handle = await open(segmentFile(place, start), 'r+');
    const whole = wholeLinesOf(await handle.readFile());
    await handle.truncate(whole);
    log.#segment = { start, handle, end: start + whole };
    log.#mark = await markOf(place);
    return log;
  }

  get mark(): LogMark | null {
    return this.#mark;
  }

  async append(lines: readonly StampedLine[]): Promise<void> {
    let mark = this.#mark;
    const parts: Buffer[] = [];
    let bytes = 0;
    for (const { at, text } of lines) {
      const sorted = mark !== null && at < mark.at ? mark.at : at;
      const records = recordsOf(sorted, text);
      if (bytes + records.length > this.#segmentBytes) {
        await this.#write(Buffer.concat(parts.splice(0)), mark);
        bytes = 0;
      }
      parts.push(records);
      bytes += records.length;
      mark = { at: sorted, count: mark?.at === sorted ? mark.count + 1 : 1 };
    }
    if (bytes > 0) await this.#write(Buffer.concat(parts), mark);
  }

  async close(): Promise<void> {
    await this.#segment?.handle.close();
    this.#segment = null;
  }

  async #write(bytes: Buffer, mark: LogMark | null): Promise<void> {
    if (bytes.length === 0) return;
    const { start, handle, end } = await this.#segmentFor(bytes.length);
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, end - start + written);
      written += bytesWritten;
    }
    this.#segment = { start, handle, end: end + bytes.length };
    this.#mark = mark;
  }

  /** The segment to write to: a new one if it would be too large, or if somebody has removed it. */
  async #segmentFor(length: number): Promise<Segment> {
    const current = this.#segment;
    const size = current === null ? 0 : current.end - current.start;
    const isFull = size > 0 && size + length > this.#segmentBytes;
    if (current !== null && !isFull && (await current.handle.stat()).nlink > 0) return current;
    const end = current?.end ?? 0;
    await this.#makeRoom(end);
    const handle = await open(segmentFile(this.#place, end), 'w+', 0o600);
    await current?.handle.close();
    return (this.#segment = { start: end, handle, end });
  }

  async #makeRoom(end: number): Promise<void> {
    for (const start of segmentsOf(this.#place).slice(0, -1)) {
      if (end - start + this.#segmentBytes > this.#bound) await rm(segmentFile(this.#place, start), { force: true });
    }
    await mkdir(this.#place.folder, { recursive: true, mode: 0o700 });
  }
}

/** The records of a line: one, or for a long one several, the last of which ends it. */
function recordsOf(at: string, text: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let from = 0; ;) {
    const to = text.length - from <= MAX_TEXT ? text.length : cutBefore(text, from + MAX_TEXT);
    parts.push(Buffer.from(`${at} stdout ${to === text.length ? 'F' : 'P'} `), text.subarray(from, to), NEWLINE);
    if (to === text.length) return Buffer.concat(parts);
    from = to;
  }
}

/** The last place at or before `at` where a character begins; `at` if what is there is not UTF-8. */
function cutBefore(text: Buffer, at: number): number {
  for (let cut = at; cut > at - 4; cut -= 1) if ((text.readUInt8(cut) & 0xc0) !== 0x80) return cut;
  return at;
}
