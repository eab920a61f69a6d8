import { statSync } from 'node:fs';
import type { ServiceId } from '../../model/values/ids.ts';
import { LOG_STREAMS, type LogPosition, type LogStream } from '../../model/values/log-line.ts';
import type { Instant } from '../../model/values/time.ts';
import type { LastLines, LaunchOutput, LaunchReader, StreamRange, StreamRanges, TailStart } from '../launch-output.ts';
import type { LogContext } from '../log-context.ts';
import { logPlaceOf, type LogPlace } from './files.ts';
import { PlainReader } from './plain-reader.ts';
import { tailOf } from './tail.ts';

/** The output of a launch whose streams are files, to which the service itself writes. */
export class PlainOutput implements LaunchOutput {
  readonly generation: number;
  readonly isJoint = false;
  readonly #serviceId: ServiceId;
  readonly #context: LogContext;

  constructor(context: LogContext, serviceId: ServiceId, generation: number) {
    this.#context = context;
    this.#serviceId = serviceId;
    this.generation = generation;
  }

  #placeOf(stream: LogStream): LogPlace {
    return logPlaceOf(this.#context.layout, this.#serviceId, this.generation, stream);
  }

  startOf(stream: LogStream): number {
    return this.#context.releasedOffsets.of(this.#placeOf(stream).file).head;
  }

  endOf(stream: LogStream): number | null {
    return this.#context.releasedOffsets.endOf(this.#placeOf(stream).file);
  }

  offsetAt({ offsets }: LogPosition, stream: LogStream, streams: readonly LogStream[]): number | null {
    const ordered = LOG_STREAMS.filter((one) => streams.includes(one));
    return offsets.length === ordered.length ? (offsets[ordered.indexOf(stream)] ?? null) : null;
  }

  /** In the order of reading, so those of stderr are the last. */
  async lastLines(streams: readonly LogStream[], count: number, position: LogPosition | null): Promise<LastLines> {
    const ranges = new Map<LogStream, StreamRange>();
    let left = count;
    for (const stream of LOG_STREAMS.filter((one) => streams.includes(one)).reverse()) {
      const limit = position === null ? Infinity : (this.offsetAt(position, stream, streams) ?? 0);
      const { releasedOffsets } = this.#context;
      const { offset, end, found } = await tailOf(this.#placeOf(stream), releasedOffsets, left, true, limit);
      ranges.set(stream, { from: offset, to: end });
      left -= found;
    }
    return { ranges, found: count - left };
  }

  /** Lines without a time are never too late. */
  until(): Promise<number> {
    return Promise.resolve(Infinity);
  }

  async tail(lines: ReadonlyMap<LogStream, number>, isOver: boolean): Promise<ReadonlyMap<LogStream, TailStart>> {
    const starts = new Map<LogStream, TailStart>();
    const { releasedOffsets } = this.#context;
    for (const [stream, count] of lines) {
      starts.set(stream, await tailOf(this.#placeOf(stream), releasedOffsets, count, isOver));
    }
    return starts;
  }

  /** These lines have no time, so it is all of the launch or nothing. */
  since(instant: Instant): Promise<number | null> {
    const hasWritten = LOG_STREAMS.some((stream) => {
      const stat = statSync(this.#placeOf(stream).file, { throwIfNoEntry: false });
      return stat !== undefined && stat.size > 0 && stat.mtimeMs >= instant;
    });
    return Promise.resolve(hasWritten ? 0 : null);
  }

  read(ranges: StreamRanges): LaunchReader {
    return new PlainReader(this.#context, this.#serviceId, this.generation, ranges);
  }
}
