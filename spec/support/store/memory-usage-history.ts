import { SAMPLE_MS } from '../../../lib/model/policy/usage-ring.ts';
import type { ServiceId } from '../../../lib/model/values/ids.ts';
import type { Instant } from '../../../lib/model/values/time.ts';
import type { TimedUsage, UsageHistory, UsageRound, UsageSample } from '../../../lib/ports/process-usage.ts';

/** The samples of the last day in memory. */
export class MemoryUsageHistory implements UsageHistory {
  /** By the beginning of their minute, and by service. */
  readonly kept = new Map<Instant, Map<ServiceId, UsageSample>>();
  /** How many rounds were written. */
  rounds = 0;
  /** The next round rejects with it. */
  nextError: Error | null = null;

  add({ at, samples, keptSince, forgotten }: UsageRound): Promise<void> {
    this.rounds += 1;
    const error = this.nextError;
    this.nextError = null;
    if (error !== null) return Promise.reject(error);
    for (const minute of this.kept.keys()) if (minute < beginOf(keptSince)) this.kept.delete(minute);
    for (const of of this.kept.values()) for (const id of forgotten) of.delete(id);
    const minute = beginOf(at);
    const round = this.kept.get(minute) ?? new Map<ServiceId, UsageSample>();
    this.kept.set(minute, round);
    for (const sample of samples) round.set(sample.serviceId, sample);
    return Promise.resolve();
  }

  of(serviceId: ServiceId, since: Instant, until: Instant): Promise<readonly TimedUsage[]> {
    const found = [...this.kept].sort(([one], [other]) => one - other).filter(([at]) => at >= since && at <= until);
    const samples = found.flatMap(([at, round]): TimedUsage[] => {
      const sample = round.get(serviceId);
      return sample === undefined ? [] : [{ at, cpuPercent: sample.cpuPercent, residentBytes: sample.residentBytes }];
    });
    return Promise.resolve(samples);
  }

  sampled(): Promise<ReadonlySet<ServiceId>> {
    return Promise.resolve(new Set([...this.kept.values()].flatMap((round) => [...round.keys()])));
  }

  newest(): Promise<Instant | null> {
    const minutes = [...this.kept].filter(([, round]) => round.size > 0).map(([at]) => at);
    return Promise.resolve(minutes.length === 0 ? null : Math.max(...minutes));
  }
}

function beginOf(at: Instant): Instant {
  return Math.floor(at / SAMPLE_MS) * SAMPLE_MS;
}
