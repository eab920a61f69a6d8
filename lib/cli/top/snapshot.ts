import type { HealthView } from '../../api/schemas/host.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { ServiceUsageView, UsageView } from '../../api/schemas/usage.ts';
import type { Client } from '../../client/client.ts';
import { allServices, type ServiceFilter } from '../services/show-services.ts';
import type { Choice, Sort } from './choice.ts';

/** A service with the resource usage of its process tree; null: no process, or unknown. */
export interface Row {
  readonly service: ServiceView;
  readonly usage: ServiceUsageView | null;
}

/** The state of a host at one time. */
export interface Snapshot {
  readonly health: HealthView;
  readonly usage: UsageView;
  readonly rows: readonly Row[];
}

/** Fetches health, usage and services of a host. */
export async function takeSnapshot(client: Client, filter: ServiceFilter, signal: AbortSignal): Promise<Snapshot> {
  const requests = [
    client.getHealth({ signal }),
    client.getUsage({ signal }),
    allServices(client, filter, signal),
  ] as const;
  const [health, usage, services] = await Promise.all(requests);
  const usageOf = new Map(usage.services.map((one) => [one.id, one]));
  return { health, usage, rows: services.map((service) => ({ service, usage: usageOf.get(service.id) ?? null })) };
}

/** States by urgency. */
const URGENCY = ['failed', 'backoff', 'starting', 'stopping', 'running', 'stopped'] as const;

/** Smaller values come first. */
const RANKS: Readonly<Record<Exclude<Sort, 'id'>, (row: Row) => number>> = {
  cpu: ({ usage }) => -(usage?.cpu_percent ?? -1),
  memory: ({ usage }) => -(usage?.rss_bytes ?? -1),
  restarts: ({ service }) => -service.restarts,
  state: ({ service }) => URGENCY.indexOf(service.state),
  for: ({ service }) => -Date.parse(service.since),
};

/** The rows in the selected order; equal rows stay in the order of their first start. */
export function ordered(
  rows: readonly Row[],
  { sort, isReversed }: Pick<Choice, 'sort' | 'isReversed'>,
): readonly Row[] {
  const compare =
    sort === 'id'
      ? (a: Row, b: Row): number => (a.service.id < b.service.id ? -1 : 1)
      : (a: Row, b: Row): number => RANKS[sort](a) - RANKS[sort](b);
  return [...rows].sort((a, b) => (isReversed ? compare(b, a) : compare(a, b)));
}
