import type { DescribedEventView } from '../../api/schemas/event.ts';
import type { ServiceHistoryView } from '../../api/schemas/history.ts';
import type { LaunchPageView } from '../../api/schemas/launch.ts';
import type { Client } from '../../client/client.ts';
import { EXPECTED_ENDS } from '../../model/states.ts';
import { BOUNDS } from '../bounds.ts';
import type { Consequence, Crash, Listed, Part } from '../content.ts';
import { newestOf } from './events.ts';
import { eachOf, partOf } from './part.ts';
import { concerns, times } from './scope.ts';
import type { Scope } from './scope.ts';
import type { Period } from '../../frontend/timeline/period.ts';

type Reader = Pick<Client, 'listEvents' | 'getServiceHistory'>;
type Steps = ServiceHistoryView['steps'];

/** What is known of the launches of services; a service without an entry was not asked for. */
export type Launches = ReadonlyMap<string, Part<LaunchPageView>>;

/** How many steps of what followed are worth a line. */
const MAX_CONSEQUENCES = 4;
const STEP_PAGES = 3;

function isCrash({ detail }: DescribedEventView): boolean {
  return !EXPECTED_ENDS.some((expected) => expected === detail['class']);
}

/** The ends of processes that were not expected, the latest first. */
export function readEnds(
  client: Reader,
  scope: Scope,
  range: Period,
  signal: AbortSignal,
): Promise<Listed<DescribedEventView>> {
  return newestOf(
    (page) =>
      client.listEvents({ query: { ...page, ...times(range), ...scope.query, type: 'process.exited' }, signal }),
    (event) => event.service_id !== undefined && concerns(scope, event) && isCrash(event),
    BOUNDS.crashes,
  );
}

/** The steps of a service, oldest first. */
async function stepsOf(client: Reader, id: string, range: Period, signal: AbortSignal): Promise<Steps> {
  const found: Steps[number][] = [];
  let before: number | undefined;
  for (let page = 0; page < STEP_PAGES; page += 1) {
    const query = { ...times(range), order: 'newest_first', limit: 1_000, before } as const;
    const { steps, next } = await client.getServiceHistory({ id, query, signal });
    found.push(...steps);
    if (next === null) break;
    before = next;
  }
  return found.reverse();
}

/** What followed an end, up to the next one. */
function consequencesOf(steps: Steps, seq: number): readonly Consequence[] {
  const at = steps.findIndex((step) => step.seq === seq);
  const later = at === -1 ? [] : steps.slice(at + 1);
  const end = later.findIndex(({ type }) => type === 'process.exited');
  return (end === -1 ? later : later.slice(0, end)).slice(0, MAX_CONSEQUENCES);
}

type Located = Pick<Crash, 'serviceId' | 'generation' | 'launch'>;

function located(event: DescribedEventView, launches: Launches): Located {
  const { service_id: serviceId = '', detail } = event;
  const generation = typeof detail['generation'] === 'number' ? detail['generation'] : null;
  const page = launches.get(serviceId);
  const known = page?.type === 'read' ? page.value.launches : [];
  return { serviceId, generation, launch: known.find((one) => one.generation === generation) ?? null };
}

/** What led to these ends, what the processes wrote before, and what followed. */
export async function readCrashes(
  client: Reader,
  { items, ...rest }: Listed<DescribedEventView>,
  launches: Launches,
  range: Period,
  signal: AbortSignal,
): Promise<Listed<Crash>> {
  const ids = [...new Set(items.map(({ service_id: id = '' }) => id))];
  const histories = new Map(
    await eachOf(ids, async (id) => [id, await partOf(() => stepsOf(client, id, range, signal))] as const),
  );
  const crashes = items.map((event): Crash => {
    const place = located(event, launches);
    const history = histories.get(place.serviceId);
    const steps = history?.type === 'read' ? history.value : [];
    return {
      event,
      ...place,
      why: steps.find(({ seq }) => seq === event.seq)?.why ?? null,
      consequences: history?.type === 'unread' ? history : { type: 'read', value: consequencesOf(steps, event.seq) },
    };
  });
  return { items: crashes, ...rest };
}
