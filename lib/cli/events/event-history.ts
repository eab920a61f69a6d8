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
export function eventHistory(
  client: Client,
  filter: EventFilter,
  { count, since }: Reach,
  newest: number,
): Promise<readonly EventView[]> {
  const { agent: agent_id, service: service_id, type } = filter;
  const filters = { since: since === null ? undefined : isoOf(since), agent_id, service_id, type };
  return lastOf(count, newest + 1, (page) =>
    client.listEvents({ query: { ...page, ...filters, order: 'newest_first' } }),
  );
}

/** What to read next: at most this many events before this one; undefined: up to the newest. */
export interface PageBefore {
  readonly before: number | undefined;
  readonly limit: number;
}

/** The last `count` events before one, oldest first, from pages with the newest first. */
export async function lastOf(
  count: number,
  first: number | undefined,
  readPage: (page: PageBefore) => Promise<{ readonly events: readonly EventView[]; readonly next: number | null }>,
): Promise<readonly EventView[]> {
  const found: EventView[] = [];
  const limit = Math.min(PAGE, Math.max(1, count));
  let page: PageBefore | null = { before: first, limit };
  while (page !== null && found.length < count) {
    const { events, next } = await readPage(page);
    found.push(...events);
    page = next === null ? null : { before: next, limit };
  }
  return found.slice(0, count).reverse();
}
