import type { ServiceId } from '../model/values/ids.ts';
import type { Instant } from '../model/values/time.ts';

/** What the whole process tree of a service uses; what keeps the tree (its shim) is not counted. */
export interface TreeUsage {
  /** Processor time since the first launch that this host knows, ended processes included. Never falls while the host lives. */
  readonly cpuSeconds: number;
  /** Cores that were busy since the reading before; null at the first reading of the service. */
  readonly cores: number | null;
  /** The resident sets added up: pages that processes share count once for each of them. */
  readonly residentBytes: number;
  readonly processes: number;
}

/** All trees at one moment. */
export interface UsageReading {
  readonly at: Instant;
  /** Services without a process are not among them. */
  readonly services: ReadonlyMap<ServiceId, TreeUsage>;
}

/** Looks up what services use. */
export interface ProcessUsage {
  /**
   * One pass over the processes of this machine for all who ask at the same time; a reading younger than a second is given again.
   * Null where the system does not tell (it has no /proc).
   */
  read(): Promise<UsageReading | null>;
}

/** How the host itself is doing. */
export interface Vitals {
  /** Processor time of the host, ever. */
  readonly cpuSeconds: number;
  /** Cores that were busy since the reading before; null at the first. */
  readonly cores: number | null;
  readonly residentBytes: number;
  /** How much later than due timers came since the reading before, in milliseconds; null: none was due. */
  readonly loopLag: { readonly meanMs: number; readonly p99Ms: number; readonly maxMs: number } | null;
}

/** Looks at the host's own process. */
export interface HostVitals {
  /** A reading younger than a second is given again. */
  read(): Vitals;
}
