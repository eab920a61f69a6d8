import type { JournalEntry } from '../model/journal.ts';
import type { Guarantees } from '../model/process.ts';
import type { ActorStore } from '../ports/actor-store.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { ReachCrashPoint } from '../ports/crash-points.ts';
import type { Log } from '../ports/log.ts';
import type { Prober } from '../ports/prober.ts';
import type { ProcessHost } from '../ports/process-host.ts';
import type { HostVitals, ProcessUsage } from '../ports/process-usage.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import type { OpenWebhooks } from '../ports/webhooks.ts';
import type { ExitMode } from './control.ts';
import type { Health } from './health/health.ts';

/** What a host is given from outside: its ports, and what it is told about itself. */
export interface HostPorts {
  readonly store: ActorStore;
  readonly specs: SpecSource;
  readonly processes: ProcessHost;
  readonly catalog: Catalog;
  readonly prober: Prober;
  readonly logs: ServiceLogs;
  /** What host and services use. */
  readonly usage: UsageSources;
  /** Default: nothing is sent anywhere. */
  readonly webhooks?: OpenWebhooks;
  readonly clock: Clock;
  readonly timers?: Timers;
  /** Told of each crash point; default: nobody. */
  readonly crashPoint?: ReachCrashPoint | undefined;
  readonly log: Log;
  /** What store and processes report to besides. */
  readonly health: Health;
  /** Told of events once they are durable, before whoever reads the feed; must not throw. Default: nobody. */
  readonly onEvents?: (events: readonly JournalEntry[]) => void;
  /** How the host leaves when nobody says how; default: `detach`. */
  readonly exitMode?: ExitMode;
  /** Where a corrupt store was moved to at this start; default: there was none. */
  readonly recoveredFrom?: string | null;
  readonly identity: { readonly processId: number; readonly version: string; readonly guarantees: Guarantees };
}

/** Where the numbers come from. */
export interface UsageSources {
  readonly usage: ProcessUsage;
  readonly vitals: HostVitals;
}
