import { EXPECTED_ENDS, PUBLIC_STATES, type ExitClass, type PublicState } from './states.ts';
import type { Instant, Millis } from './values/time.ts';

/** A state as a timeline has it: `unready` is `running` without being ready. */
export const LANE_STATES = [...PUBLIC_STATES, 'unready'] as const;
export type LaneState = (typeof LANE_STATES)[number];

/** What a mark stands for. */
export const MARK_KINDS = [
  'command',
  'reload',
  'crash',
  'end',
  'launch',
  'adoption',
  'host_start',
  'host_stop',
  'host_crash',
  'other',
] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** An event of the journal, as far as a timeline needs it. */
export interface TimelineEvent {
  readonly seq: number;
  readonly at: Instant;
  readonly type: string;
  readonly agentId: string | null;
  readonly serviceId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly isCommand: boolean;
  readonly substate: string | null;
  readonly exitClass: string | null;
  /** How many events like it before it are no longer stored. */
  readonly repeated: number;
}

/** From an instant on, a state; null: unknown. */
export interface StateSpan {
  readonly at: Instant;
  /** The last one, if several changes are condensed. */
  readonly state: LaneState | null;
  /** The most urgent one of them. */
  readonly worst: LaneState | null;
  /** How many changes it stands for. */
  readonly count: number;
}

/** An event that is more than a change of state, or several of one kind. */
export interface Mark {
  readonly at: Instant;
  readonly kind: MarkKind;
  /** Of the first one. */
  readonly seq: number;
  readonly count: number;
}

/** A time of which only the first and the last of many events are stored. */
export interface CondensedSpan {
  readonly from: Instant;
  readonly to: Instant;
  /** How many events are no longer stored. */
  readonly count: number;
}

/** The past of one service, or of the host itself, by time. */
export interface Lane {
  readonly states: readonly StateSpan[];
  readonly marks: readonly Mark[];
  readonly condensed: readonly CondensedSpan[];
}

const BY_URGENCY: readonly (LaneState | null)[] = [
  'failed',
  'backoff',
  'unready',
  'starting',
  'stopping',
  'running',
  'stopped',
  null,
];

function worse(one: LaneState | null, other: LaneState | null): LaneState | null {
  return BY_URGENCY.indexOf(one) <= BY_URGENCY.indexOf(other) ? one : other;
}

const KINDS: Readonly<Partial<Record<string, MarkKind>>> = {
  'config.reloaded': 'reload',
  'process.launched': 'launch',
  'process.adopted': 'adoption',
  'host.started': 'host_start',
  'host.stopped': 'host_stop',
  'host.crashed': 'host_crash',
};

/** The kind of the mark of an event; null: it has none, because the state of a lane shows it. */
export function markKindOf({ type, isCommand, exitClass }: TimelineEvent): MarkKind | null {
  if (type.endsWith('.state_changed') || type === 'service.readiness_changed' || type === 'host.health_changed')
    return null;
  if (type === 'process.exited') return EXPECTED_ENDS.includes(exitClass as ExitClass) ? 'end' : 'crash'; // of an exit
  return KINDS[type] ?? (isCommand ? 'command' : 'other');
}

/** The state of a service from an event on; null: the event does not change it. */
export function laneStateAfter({
  type,
  to,
  substate,
}: Pick<TimelineEvent, 'type' | 'to' | 'substate'>): LaneState | null {
  if (type === 'service.readiness_changed') return to === 'unready' ? 'unready' : 'running';
  if (type !== 'service.state_changed') return null;
  return to === 'running' && substate === 'unready' ? 'unready' : (to as PublicState); // of a state change
}

/** Events of one kind, whose repetitions are condensed together. */
function kindKey({ type, from, to, exitClass }: TimelineEvent): string {
  return `${type} ${from ?? ''} ${to ?? ''} ${exitClass ?? ''}`;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Collects the events of one lane, in the order of time. Within one period of the resolution there is at most one change
 * of state, and one mark of each kind.
 */
export class LaneBuilder {
  #states: StateSpan[] = [];
  #marks: Mark[] = [];
  readonly #condensed: CondensedSpan[] = [];
  /** When events of a kind were seen last. */
  readonly #seen = new Map<string, Instant>();

  /** How many states and marks it has. */
  get size(): number {
    return this.#states.length + this.#marks.length;
  }

  add(event: TimelineEvent, resolutionMs: Millis): void {
    const state = laneStateAfter(event);
    if (state !== null) {
      this.#addState({ at: event.at, state, worst: state, count: 1 + event.repeated }, resolutionMs);
    }
    const kind = markKindOf(event);
    if (kind !== null) {
      this.#addMark({ at: event.at, kind, seq: event.seq, count: 1 + event.repeated }, resolutionMs);
    }
    const key = kindKey(event);
    if (event.repeated > 0) {
      const dayBegin = Math.floor(event.at / DAY_MS) * DAY_MS;
      this.#condensed.push({
        from: Math.max(this.#seen.get(key) ?? dayBegin, dayBegin),
        to: event.at,
        count: event.repeated,
      });
    }
    this.#seen.set(key, event.at);
  }

  /** Makes it coarser. */
  condense(resolutionMs: Millis): void {
    const [states, marks] = [this.#states, this.#marks];
    this.#states = [];
    this.#marks = [];
    for (const span of states) this.#addState(span, resolutionMs);
    for (const mark of marks) this.#addMark(mark, resolutionMs);
  }

  /** From now on nothing is known. */
  end(at: Instant): void {
    this.#states.push({ at, state: null, worst: null, count: 0 });
  }

  lane(): Lane {
    return { states: this.#states, marks: this.#marks, condensed: joined(this.#condensed) };
  }

  #addState(span: StateSpan, resolutionMs: Millis): void {
    const last = this.#states.at(-1);
    if (last === undefined || !isSamePeriod(last.at, span.at, resolutionMs)) {
      this.#states.push(span);
      return;
    }
    const worst = worse(last.worst, span.worst);
    this.#states[this.#states.length - 1] = { ...last, state: span.state, worst, count: last.count + span.count };
  }

  #addMark(mark: Mark, resolutionMs: Millis): void {
    for (let index = this.#marks.length - 1; index >= 0; index -= 1) {
      const other = this.#marks[index];
      if (other === undefined || !isSamePeriod(other.at, mark.at, resolutionMs)) break;
      if (other.kind !== mark.kind) continue;
      this.#marks[index] = { ...other, count: other.count + mark.count };
      return;
    }
    this.#marks.push(mark);
  }
}

function isSamePeriod(one: Instant, other: Instant, resolutionMs: Millis): boolean {
  return Math.floor(one / resolutionMs) === Math.floor(other / resolutionMs);
}

/** Spans that overlap as one, with the sum of their counts. */
function joined(spans: readonly CondensedSpan[]): readonly CondensedSpan[] {
  const result: CondensedSpan[] = [];
  for (const span of [...spans].sort((one, other) => one.from - other.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else
      result[result.length - 1] = {
        from: last.from,
        to: Math.max(last.to, span.to),
        count: last.count + span.count,
      };
  }
  return result;
}

/** The start or the end of a host. */
export interface HostLimit {
  readonly at: Instant;
  readonly type: 'started' | 'ended';
  /** Of a start: until when an earlier host was known to be alive; null: there was none. */
  readonly aliveUntil: Instant | null;
}

/** A time in which no host was running, or may not have been. */
export interface Absence {
  readonly from: Instant;
  readonly to: Instant;
  /** The host ended in an orderly way, so the beginning is exact. */
  readonly isExact: boolean;
}

/** The times between hosts; the limits are in the order of the journal. */
export function absencesOf(limits: readonly HostLimit[]): readonly Absence[] {
  return limits.flatMap(({ at, type, aliveUntil }, index): readonly Absence[] => {
    if (type !== 'started') return [];
    const before = limits[index - 1];
    if (before?.type === 'ended') return [{ from: before.at, to: at, isExact: true }];
    return aliveUntil === null ? [] : [{ from: Math.min(aliveUntil, at), to: at, isExact: false }];
  });
}
