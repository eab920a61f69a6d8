import type { JournalEntry } from '../model/journal.ts';
import type { Guarantees } from '../model/process.ts';
import type { ActorStore, ConfigHistory } from '../ports/actor-store.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Original } from '../model/original.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { HostFiles } from '../ports/host-files.ts';
import type { LaunchHistory } from '../ports/launch-ledger.ts';
import type { Log } from '../ports/log.ts';
import type { PortRegistry } from '../ports/port-registry.ts';
import type { Prober } from '../ports/prober.ts';
import type { ProcessHost } from '../ports/process-host.ts';
import type { HostVitals, ProcessUsage, UsageHistory } from '../ports/process-usage.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import type { OpenWebhooks } from '../ports/webhooks.ts';
import type { Millis } from '../model/values/time.ts';
import type { ExitMode } from './control.ts';
import type { Health } from './health/health.ts';

/** What a host gets from outside: its ports and its settings. */
export interface HostPorts {
  readonly store: ActorStore;
  readonly specs: SpecSource;
  readonly processes: ProcessHost;
  readonly catalog: Catalog;
  readonly portRegistry: PortRegistry;
  readonly prober: Prober;
  readonly logs: ServiceLogs;
  readonly launches: LaunchHistory;
  readonly configurations: ConfigHistory;
  /** Resource usage of the host and its services. */
  readonly usage: UsageSources;
  /** Default: no events are sent. */
  readonly webhooks?: OpenWebhooks;
  readonly clock: Clock;
  readonly timers?: Timers;
  /** How long changes of actors are gathered before they are written; default: until the end of the turn. */
  readonly gatherMs?: Millis;
  /** Called at each crash point; default: none. */
  readonly crashPoint?: ReachCrashPoint | undefined;
  readonly log: Log;
  /** The health that store and processes report to as well. */
  readonly health: Health;
  /** Called with durable events, before feed readers get them; must not throw. Default: none. */
  readonly onEvents?: (events: readonly JournalEntry[]) => void;
  /** What launches get of the host's own environment; its values are hidden in what a process wrote. Default: nothing. */
  readonly inherited?: Readonly<Record<string, string>>;
  /** How the host shuts down unless a request says otherwise; default: `detach`. */
  readonly exitMode?: ExitMode;
  /** The plain files that the host writes in addition to its store. */
  readonly files: HostFiles;
  /** In what condition the state of earlier hosts was found; default: unchanged. */
  readonly found?: FoundState;
  readonly identity: HostIdentity;
}

/** Who a host is, and what it can guarantee. */
export interface HostIdentity {
  /** What people call it. */
  readonly name: string;
  readonly processId: number;
  readonly version: string;
  readonly guarantees: Guarantees;
}

/** In what condition a host found the state of earlier hosts. */
export interface FoundState {
  /** The store of a used state directory was gone. */
  readonly isStoreLost: boolean;
  /** Where a corrupt store was moved to; null: it was not corrupt. */
  readonly recoveredFrom: string | null;
  /**
   * The original of the state directory, if this start found that it is a copy; null: it is not, or that was known
   * before.
   */
  readonly copyOf: Original | null;
}

/** The sources of usage figures. */
export interface UsageSources {
  readonly usage: ProcessUsage;
  readonly vitals: HostVitals;
  readonly history: UsageHistory;
}
