import { logFolder } from '../../launching/log-layout.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { LogPosition, LogStream } from '../../model/values/log-line.ts';
import type { Instant } from '../../model/values/time.ts';
import type { LastLines, LaunchOutput, LaunchReader, Skim, StreamRanges, TailStart } from '../launch-output.ts';
import { launchKey, type LogContext } from '../log-context.ts';
import { RecordReader } from './record-reader.ts';
import { lastLinesOf, tailOf } from './record-tail.ts';
import { offsetSince } from './record-times.ts';
import { logEnd, segmentsOf, type LogPlace } from './segments.ts';

/** The output of a launch whose shim writes it to a log. */
export class RecordOutput implements LaunchOutput {
  readonly generation: number;
  readonly isJoint = true;
  readonly #context: LogContext;
  readonly #key: string;
  readonly #place: LogPlace;

  constructor(context: LogContext, serviceId: ServiceId, generation: number) {
    this.generation = generation;
    this.#context = context;
    this.#key = launchKey(serviceId, generation);
    this.#place = { folder: logFolder(context.layout, serviceId), generation };
  }

  startOf(): number {
    return segmentsOf(this.#place)[0] ?? 0;
  }

  endOf(): number | null {
    return logEnd(this.#place);
  }

  offsetAt({ offsets }: LogPosition): number | null {
    return offsets.length === 1 ? (offsets[0] ?? null) : null;
  }

  tail(lines: ReadonlyMap<LogStream, number>, isOver: boolean, to: number): Promise<ReadonlyMap<LogStream, TailStart>> {
    return tailOf(this.#place, lines, isOver, to);
  }

  async lastLines(streams: readonly LogStream[], count: number, position: LogPosition | null): Promise<LastLines> {
    const to = position === null ? (this.endOf() ?? 0) : (this.offsetAt(position) ?? 0);
    const { offset: from, found } = await lastLinesOf(this.#place, streams, count, to);
    return { ranges: new Map(streams.map((stream) => [stream, { from, to }])), found };
  }

  since(instant: Instant): Promise<number | null> {
    return offsetSince(this.#place, instant);
  }

  async until(instant: Instant): Promise<number> {
    return (await offsetSince(this.#place, instant + 1)) ?? Infinity;
  }

  read(ranges: StreamRanges, skim?: Skim): LaunchReader {
    const pin = (reader: RecordReader): (() => void) => this.#context.activeReaders.add(this.#key, reader);
    return new RecordReader(this.#place, ranges, pin, skim);
  }
}
