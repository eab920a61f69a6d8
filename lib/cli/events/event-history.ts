import type { EventView } from '../../api/schemas/event.ts';
import type { Client } from '../../client/client.ts';
import { matchesType } from '../../model/values/event-filter.ts';
import type { Instant } from '../../model/values/time.ts';

/** The criteria for events; all given ones must match. */
export interface EventFilter {
  readonly agent?: string;
  readonly service?: string;
  /** A type, or a prefix with a star: `process.*`. */
  readonly type?: string;
}

/** How far to go back: at most this many events, none before the instant. */
export interface Reach {
  readonly count: number;
  readonly since: Instant | null;
}

const PAGE = 1_000;

/** The number of the newest event; 0: none. */
export async function newestSeq(client: Client): Promise<number> {
  const { events } = await client.listEvents({ query: { order: 'newest_first', limit: 1 } });
  return events[0]?.seq ?? 0;
}

/** The last matching events up to `newest`, oldest first. */
export async function eventHistory(
  client: Client,
  filter: EventFilter,
  { count, since }: Reach,
  newest: number,
): Promise<readonly EventView[]> {
  const found: EventView[] = [];
  const pattern = filter.type?.endsWith('*') === true ? filter.type : null;
  const limit = pattern === null ? Math.min(PAGE, Math.max(1, count)) : PAGE;
  const type = pattern === null ? filter.type : undefined;
  let before: number | null = newest + 1;
  while (before !== null && found.length < count) {
    const query = { before, limit, agent_id: filter.agent, service_id: filter.service, type };
    const page = await client.listEvents({ query: { ...query, order: 'newest_first' } });
    found.push(...page.events.filter((event) => pattern === null || matchesType(pattern, event.type)));
    const oldest = page.events.at(-1);
    before = since !== null && oldest !== undefined && Date.parse(oldest.at) < since ? null : page.next;
  }
  const within = found.filter(({ at }) => since === null || Date.parse(at) >= since);
  return within.slice(0, count).reverse();
}
