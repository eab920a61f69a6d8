import type { Cause } from '../model/causes.ts';
import type { Launch, ProcessExit, ShimKind } from '../model/process.ts';
import type { ExitClass } from '../model/states.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { LogStream } from '../model/values/log-line.ts';
import type { Instant } from '../model/values/time.ts';

/** `intent`: about to be made. `running`: its process is known. `exited`, `revoked`: it is over. */
export type LaunchState = 'intent' | 'running' | 'exited' | 'revoked';

/** The index entry of one launch; the claim, pid and exit files in the state directory are authoritative. */
export interface LaunchEntry {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly state: LaunchState;
  readonly shim: ShimKind;
  /** What launches do not outlive: the boot of the machine, or the cluster. */
  readonly bootId: string;
  readonly executablePath: string;
  readonly version: string | null;
  readonly intendedAt: Instant;
  readonly pid: number | null;
  readonly startTime: string | null;
  /** See {@link Launch}. */
  readonly place: string | null;
  readonly exit: ProcessExit | null;
}

/** What a launch was given. */
export interface LaunchedSpec {
  readonly revision: string | null;
  /** The variables of its spec, with their values: never put them into logs or responses. */
  readonly env: Readonly<Record<string, string>>;
}

/** The process of a launch. */
export type LaunchedProcess = Pick<Launch, 'pid' | 'startTime' | 'place'>;

/** The table of launches. At most one entry of a service is `intent` or `running` (ensured by a unique index). */
export interface LaunchLedger {
  /**
   * Durable when it resolves: only then may the process be spawned. `launched`: what it is given; default: unknown. Rejects
   * with StoreUnavailableError.
   */
  intend(entry: LaunchEntry, launched?: LaunchedSpec): Promise<void>;
  running(launchId: LaunchId, process: LaunchedProcess): Promise<void>;
  exited(launchId: LaunchId, exit: ProcessExit): Promise<void>;
  revoked(launchId: LaunchId): Promise<void>;
  /** The newest entry of each service, whatever its state. */
  newest(): Promise<readonly LaunchEntry[]>;
}

/** A line at the end of the output of a launch, without values of its environment. */
export interface TailLine {
  readonly at: string | null;
  readonly stream: LogStream;
  readonly text: string;
}

/** What the actor of a service made of the end of a launch. */
export interface LaunchEnd {
  readonly class: ExitClass;
  readonly cause: Cause;
  /** It had been up for the backoff's reset time. */
  readonly isStable: boolean;
  /** Oldest first; null: nothing was left of its output, or it wrote none. */
  readonly outputTail: readonly TailLine[] | null;
}

/** A launch that has happened. `launched` and `end` are null if they are not known, or not yet. */
export interface PastLaunch extends LaunchEntry {
  readonly launched: LaunchedSpec | null;
  readonly end: LaunchEnd | null;
}

/** The launches of services, as far back as the ledger goes. Throws StoreUnavailableError. */
export interface LaunchHistory {
  /** Newest first, of those before a generation; at most `limit`. Without those that never happened. */
  page(serviceId: ServiceId, before: number, limit: number): Promise<readonly PastLaunch[]>;
  one(serviceId: ServiceId, generation: number): Promise<PastLaunch | null>;
  /** The newest one before a generation that was stable when it ended; null: there is none. */
  lastStable(serviceId: ServiceId, before: number): Promise<PastLaunch | null>;
  /** The newest one that failed; null: there is none. */
  lastFailed(serviceId: ServiceId): Promise<PastLaunch | null>;
  /** Adds the end to a launch, once. Without effect if the launch is unknown. */
  ended(serviceId: ServiceId, generation: number, end: LaunchEnd): Promise<void>;
  /** Those that have exited, and have no end. */
  withoutEnd(): Promise<readonly Pick<PastLaunch, 'serviceId' | 'generation'>[]>;
}
