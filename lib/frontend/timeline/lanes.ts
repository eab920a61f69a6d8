import type { TimelineView } from '../../api/schemas/timeline.ts';
import type { PastStanding } from '../world/standing.ts';
import type { Period } from './period.ts';

/** A kind of mark. */
export type MarkKind = TimelineView['host']['marks']['kind'][number];

/** From an instant on, a state; null: unknown. */
export interface LaneState {
  readonly at: number;
  readonly state: PastStanding | null;
  /** The most urgent one, if the entry stands for several changes. */
  readonly worst: PastStanding | null;
  readonly count: number;
}

export interface LaneMark {
  readonly at: number;
  readonly kind: MarkKind;
  readonly seq: number;
  readonly count: number;
}

export interface Lane {
  /** Null: of the host itself. */
  readonly id: string | null;
  /** By time; the first one is at the beginning of what was read. */
  readonly states: readonly LaneState[];
  readonly marks: readonly LaneMark[];
  /** Times of which the host keeps only some events. */
  readonly condensed: readonly (Period & { readonly count: number })[];
}

/** What the host said about a period. */
export interface Lanes {
  readonly extent: Period;
  /** It ends with what was the present. */
  readonly reachesNow: boolean;
  readonly resolutionMs: number;
  /** Nothing before it is stored; null: nothing is. */
  readonly storedSince: number | null;
  readonly absences: readonly (Period & { readonly isExact: boolean })[];
  readonly health: readonly { readonly at: number; readonly status: 'healthy' | 'degraded' | null }[];
  readonly host: Lane;
  readonly services: ReadonlyMap<string, Lane>;
  /** Services that the host no longer has. */
  readonly gone: readonly string[];
}

type Columns = Pick<TimelineView['host'], 'states' | 'marks' | 'condensed'>;

function laneOf(
  id: string | null,
  { states, marks, condensed }: Columns,
  since: number,
  initially: PastStanding | null,
): Lane {
  const first: LaneState = { at: since, state: initially, worst: initially, count: 0 };
  const known = states.at.map((at, index) => ({
    at: since + at,
    state: states.state[index] ?? null,
    worst: states.worst[index] ?? null,
    count: states.count[index] ?? 1,
  }));
  // The last state before a condensed time was only that of the first of many cycles.
  const notKept = condensed.map(({ from }) => ({ at: since + Math.max(0, from), state: null, worst: null, count: 0 }));
  return {
    id,
    states: [first, ...[...known, ...notKept].sort((one, other) => one.at - other.at)],
    marks: marks.at.map((at, index) => ({
      at: since + at,
      kind: marks.kind[index] ?? 'other',
      seq: marks.seq[index] ?? 0,
      count: marks.count[index] ?? 1,
    })),
    condensed: condensed.map(({ from, to, count }) => ({ from: since + from, to: since + to, count })),
  };
}

/** The lanes of a response. */
export function lanesOf(view: TimelineView): Lanes {
  const since = Date.parse(view.since);
  return {
    extent: { from: since, to: Math.min(Date.parse(view.until), Math.max(since, Date.parse(view.now))) },
    reachesNow: Date.parse(view.until) >= Date.parse(view.now),
    resolutionMs: view.resolution_ms,
    storedSince: view.stored_since === null ? null : Date.parse(view.stored_since),
    absences: view.absences.map(({ from, to, exact }) => ({ from: since + from, to: since + to, isExact: exact })),
    health: view.health.at.map((at, index) => ({ at: since + at, status: view.health.status[index] ?? null })),
    host: laneOf(null, view.host, since, null),
    services: new Map(
      view.lanes.map((lane) => [lane.service_id, laneOf(lane.service_id, lane, since, lane.initially)]),
    ),
    gone: view.lanes.filter(({ known }) => !known).map(({ service_id: id }) => id),
  };
}

/** The index of the last item at or before an instant; -1: there is none. */
export function indexAt(items: readonly { readonly at: number }[], at: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether a host was running at an instant, as far as it is known. */
export function isAbsent({ absences }: Lanes, at: number): boolean {
  return absences.some(({ from, to }) => from <= at && at < to);
}

/** The state of a lane at an instant; null: unknown. */
export function stateAt(lanes: Lanes, lane: Lane, at: number): PastStanding | null {
  if (at > lanes.extent.to || isAbsent(lanes, at)) return null;
  return lane.states[indexAt(lane.states, at)]?.state ?? null;
}

/** How important a mark is where several are at one place. */
const BY_IMPORTANCE: readonly MarkKind[] = [
  'host_crash',
  'crash',
  'host_start',
  'host_stop',
  'command',
  'reload',
  'other',
  'end',
  'adoption',
  'launch',
];

export function importanceOf(kind: MarkKind): number {
  return BY_IMPORTANCE.indexOf(kind);
}

/** The most important mark within a distance of an instant, and of several such the nearest; null: none is there. */
export function markNear({ marks }: Lane, at: number, withinMs: number): LaneMark | null {
  let found: LaneMark | null = null;
  for (let index = indexAt(marks, at - withinMs - 1) + 1; index < marks.length; index += 1) {
    const mark = marks[index];
    if (mark === undefined || mark.at > at + withinMs) break;
    if (found === null || isBetter(mark, found, at)) found = mark;
  }
  return found;
}

function isBetter(one: LaneMark, other: LaneMark, at: number): boolean {
  const by = importanceOf(one.kind) - importanceOf(other.kind);
  return by < 0 || (by === 0 && Math.abs(one.at - at) < Math.abs(other.at - at));
}

/** The next mark of a lane after an instant, or the one before it; null: none was read. */
export function nextMark({ marks }: Lane, at: number, direction: 1 | -1): LaneMark | null {
  if (direction === 1) return marks[indexAt(marks, at) + 1] ?? null;
  return marks[indexAt(marks, at - 1)] ?? null;
}
