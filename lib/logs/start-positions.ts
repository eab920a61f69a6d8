import { statSync } from 'node:fs';
import { LOG_STREAMS, type LogQuery, type LogStream } from '../model/values/log-line.ts';
import type { Instant } from '../model/values/time.ts';
import { logPlaceOf } from './files.ts';
import type { LogContext } from './log-context.ts';
import { tailOf } from './tail.ts';

/** Where to start reading one stream. */
export interface StartPosition {
  readonly generation: number;
  /** Null: at the start of what is left of that launch. */
  readonly offset: number | null;
  /** For the last lines: where they end, so that lines written during the read are not included. */
  readonly end?: { readonly generation: number; readonly offset: number };
}

export type StartPositions = ReadonlyMap<LogStream, StartPosition>;

/** Where a query starts in each stream, given the existing launches, oldest first. */
export async function startPositionsOf(
  context: LogContext,
  query: LogQuery,
  generations: readonly number[],
): Promise<StartPositions> {
  const starts = new Map<LogStream, StartPosition>();
  for (const stream of query.streams) starts.set(stream, await startPositionOf(context, query, stream, generations));
  return starts;
}

async function startPositionOf(
  context: LogContext,
  query: LogQuery,
  stream: LogStream,
  generations: readonly number[],
): Promise<StartPosition> {
  const { start, serviceId } = query;
  switch (start.type) {
    case 'oldest':
      return { generation: generations[0] ?? 0, offset: null };
    case 'after': {
      const { generation, offsets } = start.position;
      const end = context.releasedOffsets.endOf(logPlaceOf(context.layout, serviceId, generation, stream).file);
      return { generation, offset: Math.min(offsets[stream] ?? 0, end ?? Infinity) };
    }
    case 'since': {
      const first = writtenSince(context, query, generations, start.since)[0];
      return first === undefined ? atEnd(context, query, stream, generations) : { generation: first, offset: null };
    }
    case 'tail': {
      const { lines, since } = start;
      const among = since === null ? generations : writtenSince(context, query, generations, since);
      if (among.length === 0) return atEnd(context, query, stream, generations);
      return tailPosition(context, query, stream, { among, lines, newest: generations.at(-1) });
    }
  }
}

/** The last lines may be spread over several launches. */
async function tailPosition(
  context: LogContext,
  { serviceId }: LogQuery,
  stream: LogStream,
  want: { readonly among: readonly number[]; readonly lines: number; readonly newest: number | undefined },
): Promise<StartPosition> {
  let left = want.lines;
  let start: StartPosition = { generation: want.among[0] ?? 0, offset: null };
  for (const generation of [...want.among].reverse()) {
    const isOver = generation !== want.newest || context.hasEnded(serviceId, generation);
    const tail = await tailOf(
      logPlaceOf(context.layout, serviceId, generation, stream),
      context.releasedOffsets,
      left,
      isOver,
    );
    start = { generation, offset: tail.offset, end: start.end ?? { generation, offset: tail.end } };
    left -= tail.found;
    if (left <= 0) break;
  }
  return start;
}

function atEnd(
  context: LogContext,
  { serviceId }: LogQuery,
  stream: LogStream,
  generations: readonly number[],
): StartPosition {
  const newest = generations.at(-1);
  if (newest === undefined) return { generation: 0, offset: null };
  return {
    generation: newest,
    offset: context.releasedOffsets.endOf(logPlaceOf(context.layout, serviceId, newest, stream).file) ?? 0,
  };
}

/**
 * The launches that wrote anything at or after `since`. Lines have no timestamps, so only whole launches can be
 * selected.
 */
function writtenSince(
  { layout }: LogContext,
  { serviceId }: LogQuery,
  generations: readonly number[],
  since: Instant,
): readonly number[] {
  return generations.filter((generation) =>
    LOG_STREAMS.some((stream) => {
      const { file } = logPlaceOf(layout, serviceId, generation, stream);
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat !== undefined && stat.size > 0 && stat.mtimeMs >= since;
    }),
  );
}
