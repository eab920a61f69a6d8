import type { EventView } from '../../api/schemas/event.ts';
import type { Client } from '../../client/client.ts';
import { isoOf, type Instant } from '../../model/values/time.ts';

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
  const { agent: agent_id, service: service_id, type } = filter;
  const limit = Math.min(PAGE, Math.max(1, count));
  let before: number | null = newest + 1;
  while (before !== null && found.length < count) {
    const query = { before, limit, since: since === null ? undefined : isoOf(since), agent_id, service_id, type };
    const page = await client.listEvents({ query: { ...query, order: 'newest_first' } });
    found.push(...page.events);
    before = page.next;
  }
  return found.slice(0, count).reverse();
}
