import type { HostUsageView, ServiceUsageView, UsageView } from '../../api/schemas/usage.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { isoOf, type Instant } from '../../model/values/time.ts';
import type { TreeUsage, Vitals } from '../../ports/process-usage.ts';
import type { UsageSources } from '../host-ports.ts';

/** The resource usage of these services and the host, in the order of the services. */
export async function usageView(
  { usage, vitals }: UsageSources,
  serviceIds: () => readonly ServiceId[],
  now: () => Instant,
): Promise<UsageView> {
  const reading = await usage.read();
  const services = serviceIds().flatMap((id) => {
    const tree = reading?.services.get(id);
    return tree === undefined ? [] : [serviceUsage(id, tree)];
  });
  return {
    at: isoOf(reading?.at ?? now()),
    supported: reading !== null,
    services,
    host: hostUsage(vitals.read()),
  };
}

function serviceUsage(id: ServiceId, { cpuSeconds, cores, residentBytes, processes }: TreeUsage): ServiceUsageView {
  return {
    id,
    cpu_seconds: rounded(cpuSeconds),
    cpu_percent: percentOf(cores),
    rss_bytes: residentBytes,
    processes,
  };
}

function hostUsage({ cpuSeconds, cores, residentBytes, loopLag }: Vitals): HostUsageView {
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
