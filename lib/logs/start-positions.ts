import {
  formatPosition,
  LOG_STREAMS,
  type LogPosition,
  type LogQuery,
  type LogStream,
} from '../model/values/log-line.ts';
import type { Instant } from '../model/values/time.ts';
import type { LaunchOutput, StreamRange, StreamRanges } from './launch-output.ts';
import type { LogContext } from './log-context.ts';

/** Where to start reading one stream. */
export interface StartPosition {
  readonly generation: number;
  /** Null: at the start of what is left of that launch. */
  readonly offset: number | null;
  /** For the last lines, also those before a position: where they end, so that lines written during the read are not included. */
  readonly end?: { readonly generation: number; readonly offset: number };
}

export type StartPositions = ReadonlyMap<LogStream, StartPosition>;

/** Where a query starts in each stream, given the output of the existing launches, oldest first. */
export async function startPositionsOf(
  context: LogContext,
  query: LogQuery,
  outputs: readonly LaunchOutput[],
): Promise<StartPositions> {
  const { start, streams } = query;
  switch (start.type) {
    case 'oldest':
      return ofEach(streams, () => ({ generation: outputs[0]?.generation ?? 0, offset: null }));
    case 'after': {
      const { generation } = start.position;
      const output = outputs.find((one) => one.generation === generation);
      return ofEach(streams, (stream) => {
        // A position of another form means all of its launch, so that nothing is lost.
        const offset = output?.offsetAt(start.position, stream, streams) ?? 0;
        return { generation, offset: Math.min(offset, output?.endOf(stream) ?? Infinity) };
      });
    }
    case 'before':
      return positionsBefore(query, start.position, start.lines, outputs);
    case 'since': {
      const sinces = await sincesOf(query, outputs, start.since);
      return sinces.size === 0 ? atEnd(context, query, outputs) : startsAmong(streams, sinces);
    }
    case 'tail': {
      const { lines, since } = start;
      const sinces = since === null ? null : await sincesOf(query, outputs, since);
      if (sinces?.size === 0 || outputs.length === 0) return atEnd(context, query, outputs);
      return tailPositions(context, query, lines, outputs, sinces);
    }
  }
}

function ofEach(streams: readonly LogStream[], startOf: (stream: LogStream) => StartPosition): StartPositions {
  return new Map(streams.map((stream) => [stream, startOf(stream)]));
}

/** The last lines before a position may be spread over several launches. */
async function positionsBefore(
  { streams }: LogQuery,
  position: LogPosition | null,
  lines: number,
  outputs: readonly LaunchOutput[],
): Promise<StartPositions> {
  const limit = position?.generation ?? Infinity;
  const found: { readonly generation: number; readonly ranges: StreamRanges }[] = [];
  let left = lines;
  for (const output of outputs.filter((one) => one.generation <= limit).reverse()) {
    const { generation } = output;
    const lastLines = await output.lastLines(streams, left, generation === limit ? position : null);
    found.push({ generation, ranges: lastLines.ranges });
    left -= lastLines.found;
    if (left <= 0) break;
  }
  const [last] = found;
  const first = found.at(-1);
  const none = position?.generation ?? 0;
  return ofEach(streams, (stream) => ({
    generation: first?.generation ?? none,
    offset: first?.ranges.get(stream)?.from ?? 0,
    end: { generation: last?.generation ?? none, offset: last?.ranges.get(stream)?.to ?? 0 },
  }));
}

/** By launch, where the output since an instant starts in each stream; only launches that have any. */
type Sinces = ReadonlyMap<number, ReadonlyMap<LogStream, number>>;

async function sincesOf({ streams }: LogQuery, outputs: readonly LaunchOutput[], since: Instant): Promise<Sinces> {
  const sinces = new Map<number, ReadonlyMap<LogStream, number>>();
  for (const output of outputs) {
    const offsets = new Map<LogStream, number>();
    for (const stream of streams) {
      const offset = await output.since(since, stream);
      if (offset !== null) offsets.set(stream, offset);
    }
    if (offsets.size > 0) sinces.set(output.generation, offsets);
  }
  return sinces;
}

function startsAmong(streams: readonly LogStream[], sinces: Sinces): StartPositions {
  const [first] = sinces;
  return ofEach(streams, (stream) => ({
    generation: first?.[0] ?? 0,
    offset: first?.[1].get(stream) ?? null,
  }));
}

/** The last lines may be spread over several launches. */
async function tailPositions(
  context: LogContext,
  { serviceId, streams, until }: LogQuery,
  lines: number,
  outputs: readonly LaunchOutput[],
  sinces: Sinces | null,
): Promise<StartPositions> {
  const among = outputs.filter(({ generation }) => sinces?.has(generation) ?? true);
  const newest = outputs.at(-1)?.generation;
  const starts = new Map<LogStream, StartPosition>();
  const left = new Map(streams.map((stream) => [stream, lines]));
  for (const output of [...among].reverse()) {
    const { generation } = output;
    const isOver = generation !== newest || context.hasEnded(serviceId, generation);
    for (const [stream, { offset, end, found }] of await output.tail(left, isOver, await endOf(output, until))) {
      const before = starts.get(stream)?.end;
      const earliest = sinces?.get(generation)?.get(stream) ?? 0;
      starts.set(stream, {
        generation,
        offset: Math.max(offset, Math.min(earliest, end)),
        end: before ?? { generation, offset: end },
      });
      const rest = (left.get(stream) ?? 0) - found;
      if (rest <= 0) left.delete(stream);
      else left.set(stream, rest);
    }
    if (left.size === 0) break;
  }
  return starts;
}

/** Behind everything that was written. */
async function atEnd(context: LogContext, query: LogQuery, outputs: readonly LaunchOutput[]): Promise<StartPositions> {
  const newest = outputs.at(-1);
  if (newest === undefined) return ofEach(query.streams, () => ({ generation: 0, offset: null }));
  const none = new Map(query.streams.map((stream) => [stream, 0]));
  const ends = await newest.tail(none, context.hasEnded(query.serviceId, newest.generation), Infinity);
  return ofEach(query.streams, (stream) => ({
    generation: newest.generation,
    offset: newest.endOf(stream) === null ? 0 : (ends.get(stream)?.end ?? 0),
  }));
}

async function endOf(output: LaunchOutput, until: Instant | undefined): Promise<number> {
  return until === undefined ? Infinity : output.until(until);
}

/** Which part of one launch to read from these starts. */
export async function rangesOf(
  output: LaunchOutput,
  { streams, until }: LogQuery,
  starts: StartPositions,
): Promise<StreamRanges> {
  const end = await endOf(output, until);
  return new Map(
    streams.map((stream) => {
      const { from, to } = rangeOf(output, stream, starts.get(stream));
      return [stream, { from, to: Math.min(to, end) }];
    }),
  );
}

/** The launches, oldest first, of which a part is to be read from these starts. */
export function launchesFrom(outputs: readonly LaunchOutput[], starts: StartPositions): readonly LaunchOutput[] {
  const all = [...starts.values()];
  const first = Math.min(...all.map(({ generation }) => generation));
  const last = Math.max(...all.map(({ end }) => end?.generation ?? Infinity));
  return outputs.filter(({ generation }) => generation >= first && generation <= last);
}

/** Where these starts are, as one position; `0:0`, before everything, if nothing has been written. */
export async function firstPosition(
  query: LogQuery,
  outputs: readonly LaunchOutput[],
  starts: StartPositions,
): Promise<string> {
  if (query.start.type === 'after') return formatPosition(query.start.position);
  const [first] = launchesFrom(outputs, starts);
  if (first === undefined) return formatPosition({ generation: 0, offsets: [0] });
  const ranges = await rangesOf(first, query, starts);
  const streams = LOG_STREAMS.filter((stream) => query.streams.includes(stream));
  const offsets = streams.map((stream) => ranges.get(stream)?.from ?? 0);
  return formatPosition({ generation: first.generation, offsets: first.isJoint ? [Math.min(...offsets)] : offsets });
}

function rangeOf(output: LaunchOutput, stream: LogStream, start: StartPosition | undefined): StreamRange {
  const { generation } = output;
  const to = start?.end?.generation === generation ? start.end.offset : Infinity;
  if (start === undefined || start.generation < generation) return { from: output.startOf(stream), to };
  if (start.generation > generation) return { from: output.endOf(stream) ?? 0, to };
  return { from: start.offset ?? output.startOf(stream), to };
}
