import type { TimelineView } from '../../api/schemas/timeline.ts';
import { stateOf } from '../../model/states.ts';
import { absencesOf, LaneBuilder, type Absence, type Lane, type LaneState } from '../../model/timeline.ts';
import { isoOf, type Instant, type Millis } from '../../model/values/time.ts';
import type { HealthSpan, TimelinePage, TimelineStore } from '../../ports/actor-store.ts';
import { serviceRefs, type ServiceSnapshot } from '../actors.ts';
import type { TimelineQuery } from '../control.ts';
import type { Runtime } from '../runtime.ts';

/** Read at once: the event loop is free between two pages. */
const PAGE = 500;
/** A response with more states and marks is made coarser. */
const MAX_ENTRIES = 100_000;

interface KnownService {
  readonly id: string;
  readonly state: LaneState;
  readonly since: Instant;
}

/** The lanes that are being built. */
interface Lanes {
  readonly services: Map<string, LaneBuilder>;
  readonly host: LaneBuilder;
  readonly resolutionMs: Millis;
}

/** What happened to services and host in a period, by time. Rejects with StoreUnavailableError. */
export async function timelineView(runtime: Runtime, query: TimelineQuery): Promise<TimelineView> {
  const { recorder, ports } = runtime;
  await recorder.written();
  const now = ports.clock.now();
  const { timeline } = ports.store;
  const known = knownServices(runtime);
  const { services, host, resolutionMs } = await readLanes(timeline, query);
  const ids = [...new Set([...known.keys(), ...services.keys()])].filter((id) => isWanted(query, id));
  const [earlier, limits, health, oldestAt] = await Promise.all([
    timeline.before(query.since, ids),
    timeline.hostLimits(),
    timeline.health(),
    timeline.oldestAt(),
  ]);
  return {
    since: isoOf(query.since),
    until: isoOf(query.until),
    now: isoOf(now),
    stored_since: oldestAt === null ? null : isoOf(oldestAt),
    resolution_ms: resolutionMs,
    absences: absencesOf(limits)
      .filter(({ from, to }) => to >= query.since && from <= query.until)
      .map((absence) => absenceView(absence, query.since)),
    health: healthColumns(health, query),
    host: laneColumns(host.lane(), query.since),
    lanes: ids.map((id, index) => {
      const before = earlier[index] ?? { state: null, newestAt: null };
      const service = known.get(id);
      const builder = services.get(id) ?? new LaneBuilder();
      // What happened after the end of a service that is gone is not known, because it is not in the host.
      const isGone = service === undefined && before.newestAt !== null && before.newestAt <= query.until;
      if (isGone) builder.end(Math.max(before.newestAt, query.since));
      const { states, ...lane } = builder.lane();
      return {
        service_id: id,
        known: service !== undefined,
        initially: before.state,
        ...laneColumns(
          { ...lane, states: states.length > 0 ? states : unchanged(before.state, service, query) },
          query.since,
        ),
      };
    }),
  };
}

/** Of a service whose last change is older than the journal, the host still knows the state. */
function unchanged(
  before: LaneState | null,
  service: KnownService | undefined,
  { since, until }: TimelineQuery,
): Lane['states'] {
  if (before !== null || service === undefined || service.since > until) return [];
  return [{ at: Math.max(since, service.since), state: service.state, worst: service.state, count: 0 }];
}

function isWanted({ serviceIds }: TimelineQuery, id: string): boolean {
  return serviceIds.length === 0 || serviceIds.includes(id);
}

/** Reads the lanes of a period, coarser than wanted if they would have more entries than this. */
export async function readLanes(
  timeline: Pick<TimelineStore, 'events'>,
  query: TimelineQuery,
  maxEntries = MAX_ENTRIES,
): Promise<Lanes> {
  const services = new Map<string, LaneBuilder>();
  const host = new LaneBuilder();
  let { resolutionMs } = query;
  let after: TimelinePage['after'] = null;
  for (;;) {
    const page = await timeline.events({ ...query, after, limit: PAGE });
    for (const event of page) laneOf(event.serviceId, services, host).add(event, resolutionMs);
    while (sizeOf(services, host) > maxEntries) {
      resolutionMs *= 2;
      for (const lane of [host, ...services.values()]) lane.condense(resolutionMs);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { services, host, resolutionMs };
    after = last;
  }
}

function laneOf(id: string | null, services: Map<string, LaneBuilder>, host: LaneBuilder): LaneBuilder {
  if (id === null) return host;
  const lane = services.get(id) ?? new LaneBuilder();
  services.set(id, lane);
  return lane;
}

function sizeOf(services: ReadonlyMap<string, LaneBuilder>, host: LaneBuilder): number {
  let size = host.size;
  for (const lane of services.values()) size += lane.size;
  return size;
}

function knownServices({ root }: Runtime): ReadonlyMap<string, KnownService> {
  return new Map(
    serviceRefs(root).map((ref) => {
      const service = knownService(ref.getSnapshot());
      return [service.id, service];
    }),
  );
}

function knownService({ value, context }: ServiceSnapshot): KnownService {
  const { state, substate } = stateOf(value);
  const laneState = state === 'running' && substate === 'unready' ? 'unready' : state;
  return { id: context.spec.id, state: laneState, since: context.since };
}

function absenceView({ from, to, isExact }: Absence, since: Instant): TimelineView['absences'][number] {
  return { from: from - since, to: to - since, exact: isExact };
}

/** From the span on that holds at the beginning of the period. */
function healthColumns(spans: readonly HealthSpan[], { since, until }: TimelineQuery): TimelineView['health'] {
  const last = spans.findLastIndex(({ at }) => at <= since);
  const shown = spans.slice(Math.max(0, last)).filter(({ at }) => at <= until);
  return { at: shown.map(({ at }) => Math.max(at, since) - since), status: shown.map(({ status }) => status) };
}

function laneColumns(
  { states, marks, condensed }: Lane,
  since: Instant,
): Pick<TimelineView['host'], 'states' | 'marks' | 'condensed'> {
  return {
    states: {
      at: states.map(({ at }) => at - since),
      state: states.map(({ state }) => state),
      worst: states.map(({ worst }) => worst),
      count: states.map(({ count }) => count),
    },
    marks: {
      at: marks.map(({ at }) => at - since),
      kind: marks.map(({ kind }) => kind),
      seq: marks.map(({ seq }) => seq),
      count: marks.map(({ count }) => count),
    },
    condensed: condensed.map(({ from, to, count }) => ({ from: from - since, to: to - since, count })),
  };
}
