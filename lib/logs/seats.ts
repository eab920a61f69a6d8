import { statSync } from 'node:fs';
import { LOG_STREAMS, type LogQuery, type LogStream } from '../model/values/log-line.ts';
import type { Instant } from '../model/values/time.ts';
import { placeOf } from './files.ts';
import type { LogRoom } from './room.ts';
import { tailOf } from './tail.ts';

/** Where the reading of one stream begins; null: at the beginning of what is left of that launch. */
export interface Seat {
  readonly generation: number;
  readonly offset: number | null;
  /** Of the last lines, where they end: what is written while they are read is not among them. */
  readonly end?: { readonly generation: number; readonly offset: number };
}

export type Seats = ReadonlyMap<LogStream, Seat>;

/** Where a query begins in each stream, among the launches that are there, oldest first. */
export async function seatsOf(room: LogRoom, query: LogQuery, generations: readonly number[]): Promise<Seats> {
  const seats = new Map<LogStream, Seat>();
  for (const stream of query.streams) seats.set(stream, await seatOf(room, query, stream, generations));
  return seats;
}

async function seatOf(
  room: LogRoom,
  query: LogQuery,
  stream: LogStream,
  generations: readonly number[],
): Promise<Seat> {
  const { start, serviceId } = query;
  switch (start.type) {
    case 'oldest':
      return { generation: generations[0] ?? 0, offset: null };
    case 'after': {
      const { generation, offsets } = start.position;
      const end = room.heads.endOf(placeOf(room.layout, serviceId, generation, stream).file);
      return { generation, offset: Math.min(offsets[stream] ?? 0, end ?? Infinity) };
    }
    case 'since': {
      const first = writtenSince(room, query, generations, start.since)[0];
      return first === undefined ? atEnd(room, query, stream, generations) : { generation: first, offset: null };
    }
    case 'tail': {
      const { lines, since } = start;
      const among = since === null ? generations : writtenSince(room, query, generations, since);
      if (among.length === 0) return atEnd(room, query, stream, generations);
      return tailSeat(room, query, stream, { among, lines, newest: generations.at(-1) });
    }
  }
}

/** The last lines may lie in several launches. */
async function tailSeat(
  room: LogRoom,
  { serviceId }: LogQuery,
  stream: LogStream,
  want: { readonly among: readonly number[]; readonly lines: number; readonly newest: number | undefined },
): Promise<Seat> {
  let left = want.lines;
  let seat: Seat = { generation: want.among[0] ?? 0, offset: null };
  for (const generation of [...want.among].reverse()) {
    const isOver = generation !== want.newest || room.hasEnded(serviceId, generation);
    const tail = await tailOf(placeOf(room.layout, serviceId, generation, stream), room.heads, left, isOver);
    seat = { generation, offset: tail.offset, end: seat.end ?? { generation, offset: tail.end } };
    left -= tail.found;
    if (left <= 0) break;
  }
  return seat;
}

function atEnd(room: LogRoom, { serviceId }: LogQuery, stream: LogStream, generations: readonly number[]): Seat {
  const newest = generations.at(-1);
  if (newest === undefined) return { generation: 0, offset: null };
  return { generation: newest, offset: room.heads.endOf(placeOf(room.layout, serviceId, newest, stream).file) ?? 0 };
}

/** Lines carry no time, so this is about whole launches: those that wrote anything at or after `since`. */
function writtenSince(
  { layout }: LogRoom,
  { serviceId }: LogQuery,
  generations: readonly number[],
  since: Instant,
): readonly number[] {
  return generations.filter((generation) =>
    LOG_STREAMS.some((stream) => {
      const { file } = placeOf(layout, serviceId, generation, stream);
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat !== undefined && stat.size > 0 && stat.mtimeMs >= since;
    }),
  );
}
