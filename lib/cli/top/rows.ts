import type { ServiceView } from '../../api/schemas/service.ts';
import type { ServiceUsageView, UsageView } from '../../api/schemas/usage.ts';
import { attentionOf } from '../../frontend/world/attention.ts';
import { standingOf, STANDINGS } from '../../frontend/world/standing.ts';
import type { Order, Sort } from './sorts.ts';

/** A service with the resource usage of its process tree; null: no process, or unknown. */
export interface Row {
  readonly service: ServiceView;
  readonly usage: ServiceUsageView | null;
}

/** Services with their resource usage. */
export function rowsOf(services: Iterable<ServiceView>, usage: UsageView | null): readonly Row[] {
  const usageOf = new Map(usage?.services.map((one) => [one.id, one]));
  return [...services].map((service) => ({ service, usage: usageOf.get(service.id) ?? null }));
}

/** Smaller values come first. */
const RANKS: Readonly<Record<Exclude<Sort, 'attention' | 'id'>, (row: Row) => number>> = {
  cpu: ({ usage }) => -(usage?.cpu_percent ?? -1),
  memory: ({ usage }) => -(usage?.rss_bytes ?? -1),
  restarts: ({ service }) => -service.restarts,
  state: ({ service }) => STANDINGS.indexOf(standingOf(service)),
  for: ({ service }) => -Date.parse(service.since),
};

/** The rows in an order; equal rows stay in the order of their first start. */
export function ordered(rows: readonly Row[], { sort, isReversed }: Order, now: number): readonly Row[] {
  if (sort === 'attention') {
    const sorted = byAttention(rows, now);
    return isReversed ? sorted.toReversed() : sorted;
  }
  const compare =
    sort === 'id'
      ? (a: Row, b: Row): number => (a.service.id < b.service.id ? -1 : 1)
      : (a: Row, b: Row): number => RANKS[sort](a) - RANKS[sort](b);
  return [...rows].sort((a, b) => (isReversed ? compare(b, a) : compare(a, b)));
}

/** What needs attention as on the home of the page, then all others. */
function byAttention(rows: readonly Row[], now: number): readonly Row[] {
  const services = rows.map(({ service }) => service);
  const places = new Map(attentionOf(services, now).map(({ service }, place) => [service.id, place]));
  const placeOf = ({ service: { id } }: Row): number => places.get(id) ?? places.size;
  return [...rows].sort((a, b) => placeOf(a) - placeOf(b));
}
