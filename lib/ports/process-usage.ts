import type { ServiceId } from '../model/values/ids.ts';
import type { Instant } from '../model/values/time.ts';

/** The resource usage of the process tree of a service, without its shim. */
export interface TreeUsage {
  /**
   * Processor time since the first launch that this host knows, including ended processes. Never decreases during its
   * life.
   */
  readonly cpuSeconds: number;
  /** The average number of busy cores since the previous reading; null for the first reading of the service. */
  readonly cores: number | null;
  /** The sum of the resident sets; shared pages count once for each process. */
  readonly residentBytes: number;
  readonly processes: number;
}

/** All trees at one moment. */
export interface UsageReading {
  readonly at: Instant;
  /** Without services that have no process. */
  readonly services: ReadonlyMap<ServiceId, TreeUsage>;
}

/** Measures the resource usage of services. */
export interface ProcessUsage {
  /**
   * Reads all processes of this machine once for all concurrent callers; a reading younger than a second is returned
   * again. Null if the system does not provide it (no /proc).
   */
  read(): Promise<UsageReading | null>;
}

/** The resource usage of the host itself. */
export interface Vitals {
  /** Processor time since the start of the host. */
  readonly cpuSeconds: number;
  /** The average number of busy cores since the previous reading; null for the first. */
  readonly cores: number | null;
  readonly residentBytes: number;
  /** The delays of timers since the previous reading, in milliseconds; null: none was due. */
  readonly loopLag: { readonly meanMs: number; readonly p99Ms: number; readonly maxMs: number } | null;
}

/** Measures the host's own process. */
export interface HostVitals {
  /** A reading younger than a second is returned again. */
  read(): Vitals;
}

/** The resource usage of a service at one minute. */
export interface UsageSample {
  readonly serviceId: ServiceId;
  /** The average since the sample before it, in percent of a core; null: unknown. */
  readonly cpuPercent: number | null;
  readonly residentBytes: number;
}

/** What is known of the usage of one service, with the beginning of its minute. */
export type TimedUsage = Omit<UsageSample, 'serviceId'> & { readonly at: Instant };

/** One round of samples. */
export interface UsageRound {
  /** The beginning of the minute; a second round in it replaces the first one. */
  readonly at: Instant;
  readonly samples: readonly UsageSample[];
  /** Older samples are deleted. */
  readonly keptSince: Instant;
  /** Services whose samples are all deleted. */
  readonly forgotten: readonly ServiceId[];
}

/** The stored samples of the last day. Throws StoreUnavailableError. */
export interface UsageHistory {
  /** Resolves when everything of the round is durable. */
  add(round: UsageRound): Promise<void>;
  /** Oldest first; `since` and `until` are included. */
  of(serviceId: ServiceId, since: Instant, until: Instant): Promise<readonly TimedUsage[]>;
  /** Every service with samples. */
  sampled(): Promise<ReadonlySet<ServiceId>>;
  /** When the newest samples were taken; null: there are none. */
  newest(): Promise<Instant | null>;
}
