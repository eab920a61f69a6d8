import type { HostUsageView, ServiceUsageView, UsageHistoryView, UsageView } from '../../api/schemas/usage.ts';
import { ServiceNotFoundError } from '../../model/errors.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { isoOf, type Instant } from '../../model/values/time.ts';
import type { TreeUsage, Vitals } from '../../ports/process-usage.ts';
import { serviceRef, serviceRefs } from '../actors.ts';
import type { UsageSources } from '../host-ports.ts';
import type { Runtime } from '../runtime.ts';

/** The resource usage of these services and the host, in the order of the services. */
export async function usageView(
  { usage, vitals }: UsageSources,
  serviceIds: () => readonly ServiceId[],
  now: () => Instant,
): Promise<UsageView> {
  const reading = await usage.read();
  const services = serviceIds().flatMap((id) => {
    const tree = reading?.services.get(id);
    return tree === undefined ? [] : [treeUsage(id, tree)];
  });
  return {
    at: isoOf(reading?.at ?? now()),
    supported: reading !== null,
    services,
    host: hostProcessUsage(vitals.read()),
  };
}

/** The current resource usage of all services and the host. */
export function hostUsage({ root, ports: { usage, clock } }: Runtime): Promise<UsageView> {
  const ids = (): readonly ServiceId[] => serviceRefs(root).map((ref) => ref.getSnapshot().context.spec.id);
  return usageView(usage, ids, () => clock.now());
}

/** The stored samples of a service. Throws ServiceNotFoundError. */
export async function serviceUsage(
  { root, ports: { usage } }: Runtime,
  id: string,
  since: Instant,
  until: Instant,
): Promise<UsageHistoryView> {
  const snapshot = serviceRef(root, id)?.getSnapshot();
  if (snapshot === undefined) throw new ServiceNotFoundError(id);
  const samples = await usage.history.of(snapshot.context.spec.id, since, until);
  return {
    service_id: id,
    samples: samples.map(({ at, cpuPercent, residentBytes }) => {
      return { at: isoOf(at), cpu_percent: cpuPercent, rss_bytes: residentBytes };
    }),
  };
}

function treeUsage(id: ServiceId, { cpuSeconds, cores, residentBytes, processes }: TreeUsage): ServiceUsageView {
  return {
    id,
    cpu_seconds: rounded(cpuSeconds),
    cpu_percent: percentOf(cores),
    rss_bytes: residentBytes,
    processes,
  };
}

function hostProcessUsage({ cpuSeconds, cores, residentBytes, loopLag }: Vitals): HostUsageView {
  const lag =
    loopLag === null
      ? null
      : { mean: rounded(loopLag.meanMs), p99: rounded(loopLag.p99Ms), max: rounded(loopLag.maxMs) };
  return {
    cpu_seconds: rounded(cpuSeconds),
    cpu_percent: percentOf(cores),
    rss_bytes: residentBytes,
    event_loop_lag_ms: lag,
  };
}

function percentOf(cores: number | null): number | null {
  return cores === null ? null : rounded(cores * 100);
}

/** To three decimals: more is noise. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
