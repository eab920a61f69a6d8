import type { EngineName } from '../../model/engine.ts';
import type { Guarantees } from '../../model/process.ts';
import type { Catalog } from '../catalog.ts';
import type { CommandRunner } from './command-runner.ts';
import type { Clock } from '../clock.ts';
import type { ReachCrashPoint } from '../crash-points.ts';
import type { LaunchLedger } from '../launch-ledger.ts';
import type { Log } from '../log.ts';
import type { PortFinder } from '../port-registry.ts';
import type { Accounts, OrphanPolicy, ProcessHost } from '../process-host.ts';
import type { ProcessUsage } from '../process-usage.ts';

/**
 * What makes the processes of services and knows about them, on the machine of the host or elsewhere. A host has exactly
 * one. The checks of `coredinator doctor` say for which engines they are (lib/doctor/check.ts).
 */
export interface Engine {
  readonly name: EngineName;
  readonly processes: ProcessHost;
  readonly usage: ProcessUsage;
  /** Finds the executables, where the engine runs them. */
  readonly catalog: Catalog;
  /** Finds ports that are free where the services run. */
  readonly ports: PortFinder;
  /** Runs commands where the launches run; null: on the machine of the host, as any other. */
  readonly commands: CommandRunner | null;
  /** What is guaranteed for launches, unless one says less. */
  readonly guarantees: Guarantees;

  /** Releases everything without touching a process. */
  close(): Promise<void>;
}

/** What every engine gets from the host. */
export interface EngineContext {
  readonly stateDir: string;
  /** The working directory of launches without their own, and where executables are searched. */
  readonly basePath: string;
  /** Folders outside of the base path that links to executables may lead into. */
  readonly executableRoots: readonly string[];
  readonly instanceId: string;
  /** Whether the launches on record are those of this instance, so that they may be adopted. */
  readonly ownsRecords: boolean;
  readonly orphans: OrphanPolicy;
  /** The URL of the API, which is given to processes. */
  readonly hostUrl: () => string;
  readonly accounts: Accounts;
  readonly ledger: LaunchLedger;
  readonly log: Log;
  readonly clock: Clock;
  readonly crashPoint: ReachCrashPoint | undefined;
}
