import { textIn, type JournalEntry } from '../../../lib/model/journal.ts';
import { laneStateAfter, type HostLimit, type TimelineEvent } from '../../../lib/model/timeline.ts';
import { typeOfRow } from '../../../lib/model/values/event-type.ts';
import type { Instant } from '../../../lib/model/values/time.ts';
import type { EarlierState, HealthSpan, TimelinePage, TimelineStore } from '../../../lib/ports/actor-store.ts';

const LIMITS = ['host.started', 'host.stopped', 'host.crashed'];

/** The journal of a store in memory by time. */
export class MemoryTimeline implements TimelineStore {
  readonly #journal: () => readonly JournalEntry[];

  constructor(journal: () => readonly JournalEntry[]) {
    this.#journal = journal;
  }

  events({ since, until, serviceIds, after, limit }: TimelinePage): Promise<readonly TimelineEvent[]> {
    const found = this.#journal()
      .map(eventOf)
      .filter(({ serviceId }) => serviceId === null || serviceIds.length === 0 || serviceIds.includes(serviceId))
      .filter(({ at, seq }) => at >= since && at <= until && (after === null || isAfter({ at, seq }, after)))
      .sort((one, other) => one.at - other.at || one.seq - other.seq);
    return Promise.resolve(found.slice(0, limit));
  }

  before(since: Instant, serviceIds: readonly string[]): Promise<readonly EarlierState[]> {
    return Promise.resolve(
      serviceIds.map((id) => {
        const own = this.#journal().filter(({ serviceId }) => serviceId === id);
        const states = own.filter(({ at }) => at < since).map((entry) => laneStateAfter(eventOf(entry)));
        return { state: states.findLast((state) => state !== null) ?? null, newestAt: own.at(-1)?.at ?? null };
      }),
    );
  }

  hostLimits(): Promise<readonly HostLimit[]> {
    const limits = this.#journal().flatMap(({ at, type, detail }, index, all): HostLimit[] => {
      if (!LIMITS.includes(type)) return [];
      const said = textIn(detail, 'alive_until');
      const aliveUntil = said === null ? (all[index - 1]?.at ?? null) : Date.parse(said);
      return [{ at, type: type === 'host.started' ? 'started' : 'ended', aliveUntil }];
    });
    return Promise.resolve(limits);
  }

  health(): Promise<readonly HealthSpan[]> {
    const spans = this.#journal().flatMap(({ at, type, to, detail }): HealthSpan[] => {
      if (type === 'host.started') return [{ at, status: 'alive_until' in detail ? 'healthy' : null }];
      return type === 'host.health_changed' ? [{ at, status: to as HealthSpan['status'] }] : []; // of that type
    });
    return Promise.resolve(spans);
  }

  oldestAt(): Promise<Instant | null> {
    return Promise.resolve(this.#journal()[0]?.at ?? null);
  }
}

function isAfter(event: Pick<TimelineEvent, 'at' | 'seq'>, other: Pick<TimelineEvent, 'at' | 'seq'>): boolean {
  return event.at > other.at || (event.at === other.at && event.seq > other.seq);
}

function eventOf({
  seq,
  at,
  type,
  agentId,
  serviceId,
  from,
  to,
  cause,
  detail,
  repeated,
}: JournalEntry): TimelineEvent {
  return {
    ...{ seq, at, agentId, serviceId, from, to },
    type: typeOfRow(type),
    isCommand: cause === 'command',
    substate: textIn(detail, 'substate'),
    exitClass: textIn(detail, 'class'),
    repeated: repeated ?? 0,
  };
}
