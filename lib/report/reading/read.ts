import type { Client } from '../../client/client.ts';
import { readSnapshot } from '../../frontend/feed/read.ts';
import { lanesOf } from '../../frontend/timeline/lanes.ts';
import type { Lanes } from '../../frontend/timeline/lanes.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import { exitBefore, needsAttention } from '../../frontend/world/attention.ts';
import { EMPTY_WORLD, withSnapshot } from '../../frontend/world/world.ts';
import type { Snapshot } from '../../frontend/world/world.ts';
import { BOUNDS } from '../bounds.ts';
import type { AttentionNow, Listed, ReportContent, Subject, Usage } from '../content.ts';
import { readConfigurations } from './configuration.ts';
import { readCrashes, readEnds } from './crashes.ts';
import { newestOf } from './events.ts';
import { differencesIn, ranVersions, readLaunches } from './launches.ts';
import { eachOf, partOf } from './part.ts';
import { concerns, hasService, readScope, times } from './scope.ts';
import type { Scope } from './scope.ts';

/** What people say about the state of things. */
const NOTES = ['service.acknowledged', 'health.acknowledged', 'webhook.muted', 'webhook.unmuted'];
/** A lane has at most so many states and marks. */
const RESOLUTION = 500;

/** What of a host a report reads. */
export type ReportReader = Pick<
  Client,
  | 'listAgents'
  | 'listServices'
  | 'getAgent'
  | 'getService'
  | 'getHealth'
  | 'getSession'
  | 'getAgentHistory'
  | 'getServiceHistory'
  | 'listEvents'
  | 'listCommands'
  | 'getTimeline'
  | 'explainService'
  | 'listLaunches'
  | 'listConfigRevisions'
  | 'getConfigDiff'
  | 'getServiceUsage'
>;

async function readTimeline(client: ReportReader, scope: Scope, range: Period, signal: AbortSignal): Promise<Lanes> {
  const resolution_ms = Math.min(86_400_000, Math.max(1, Math.floor((range.to - range.from) / RESOLUTION)));
  const lanes = lanesOf(
    await client.getTimeline({ query: { ...times(range), ...scope.query, resolution_ms }, signal }),
  );
  return { ...lanes, services: new Map([...lanes.services].filter(([id]) => hasService(scope, id))) };
}

async function readAttention(
  client: ReportReader,
  { services, health }: Snapshot,
  scope: Scope,
  now: number,
  signal: AbortSignal,
): Promise<AttentionNow> {
  const own = services.filter(({ id }) => hasService(scope, id));
  const needs = needsAttention(own, health, now);
  const rows = await eachOf(needs.services.slice(0, BOUNDS.attention), async (attention) => {
    const { kind, service } = attention;
    const supposed = kind === 'flapping' ? exitBefore(service) : null;
    const query = supposed === null ? {} : { if_exit: supposed };
    return { attention, explained: await partOf(() => client.explainService({ id: service.id, query, signal })) };
  });
  return { needs, rows, total: own.length };
}

/** The services of a report: those that crashed first, then those with other events, then the rest. */
function byInterest(ids: readonly string[], crashed: readonly string[], lanes: Lanes | null): readonly string[] {
  const rank = (id: string): number => {
    if (crashed.includes(id)) return 0;
    return (lanes?.services.get(id)?.marks.length ?? 0) > 0 ? 1 : 2;
  };
  const ranks = new Map(ids.map((id) => [id, rank(id)]));
  return [...ids].sort((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0) || one.localeCompare(other));
}

async function readUsage(
  client: ReportReader,
  ids: readonly string[],
  { from, to }: Period,
  signal: AbortSignal,
): Promise<Listed<Usage>> {
  const shown = ids.slice(0, BOUNDS.charts);
  const found = await eachOf(shown, async (serviceId): Promise<Usage> => {
    const { samples } = await client.getServiceUsage({ id: serviceId, signal });
    return { serviceId, samples: samples.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= to) };
  });
  const items = found.filter(({ samples }) => samples.length > 0);
  return { items, omitted: ids.length - shown.length, isPartial: false };
}

/**
 * Reads what a report says. Rejects with ProblemError if the subject is unknown or nothing may be read, and with
 * UnreachableError if the host is away.
 */
export async function readReport(
  client: ReportReader,
  subject: Subject,
  range: Period,
  now: number,
  signal: AbortSignal,
): Promise<ReportContent> {
  const snapshot = await readSnapshot(client, signal);
  const world = withSnapshot(EMPTY_WORLD, snapshot);
  const scope = await readScope(client, subject, world, range, signal);
  const timeline = await partOf(() => readTimeline(client, scope, range, signal));
  const lanes = timeline.type === 'read' ? timeline.value : null;
  const ends = await partOf(() => readEnds(client, scope, range, signal));
  const crashed = ends.type === 'read' ? [...new Set(ends.value.items.map(({ service_id: id = '' }) => id))] : [];
  const known = snapshot.services.map(({ id }) => id).filter((id) => hasService(scope, id));
  const ids = byInterest([...new Set([...known, ...(lanes?.services.keys() ?? []), ...crashed])], crashed, lanes);
  const asked = ids.slice(0, BOUNDS.versions);
  const launches = await readLaunches(client, asked, signal);
  const listed = { since: times(range).since, until: times(range).until };
  return {
    ...{ subject, range, madeAt: now, health: snapshot.health, timeline },
    attention: await readAttention(client, snapshot, scope, now, signal),
    crashes:
      ends.type === 'unread' ? ends : await partOf(() => readCrashes(client, ends.value, launches, range, signal)),
    differences: differencesIn(launches, crashed),
    commands: await partOf(() =>
      newestOf(
        (page) => client.listCommands({ query: { ...page, ...listed }, signal }),
        (event) => concerns(scope, event),
        BOUNDS.commands,
      ),
    ),
    notes: await partOf(() =>
      newestOf(
        (page) => client.listEvents({ query: { ...page, ...listed, type: NOTES.join(',') }, signal }),
        (event) => concerns(scope, event),
        BOUNDS.notes,
      ),
    ),
    configurations: await partOf(() => readConfigurations(client, scope, range, signal)),
    versions: {
      type: 'read',
      value: { items: ranVersions(launches, lanes, range), omitted: ids.length - asked.length, isPartial: false },
    },
    usage: await partOf(() =>
      readUsage(client, known.length === 0 ? [] : ids.filter((id) => known.includes(id)), range, signal),
    ),
  };
}
