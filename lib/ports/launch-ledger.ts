import type { ProcessExit, ShimKind } from '../model/process.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { Instant } from '../model/values/time.ts';

/** `intent`: about to be spawned. `running`: its pid is known. `exited`, `revoked`: it is over. */
export type LaunchState = 'intent' | 'running' | 'exited' | 'revoked';

/** The index entry of one launch; the claim, pid and exit files in the state directory are authoritative. */
export interface LaunchEntry {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly state: LaunchState;
  readonly shim: ShimKind;
  readonly bootId: string;
  readonly executablePath: string;
  readonly version: string | null;
  readonly intendedAt: Instant;
  readonly pid: number | null;
  readonly startTime: string | null;
  readonly exit: ProcessExit | null;
}

/** The table of launches. At most one entry of a service is `intent` or `running` (ensured by a unique index). */
export interface LaunchLedger {
  /** Durable when it resolves: only then may the process be spawned. Rejects with StoreUnavailableError. */
  intend(entry: LaunchEntry): Promise<void>;
  running(launchId: LaunchId, pid: number, startTime: string): Promise<void>;
  exited(launchId: LaunchId, exit: ProcessExit): Promise<void>;
  revoked(launchId: LaunchId): Promise<void>;
  /** The newest entry of each service, whatever its state. */
  newest(): Promise<readonly LaunchEntry[]>;
}
