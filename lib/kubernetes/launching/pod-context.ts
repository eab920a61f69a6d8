import type { LaunchStatusRegistry } from '../../launching/launch-status-registry.ts';
import type { Launch } from '../../model/process.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { LaunchLedger } from '../../ports/launch-ledger.ts';
import type { Log } from '../../ports/log.ts';
import type { Pod } from '../api/objects.ts';
import type { PodDefaults } from '../pods/pod-parts.ts';
import type { PodCalls } from '../pods/pod-calls.ts';
import type { Attempts } from './attempts.ts';

/** The output of pods, which is kept by the host. */
export interface PodOutput {
  /** The container of the launch runs, or has run: its output is read from where the last host stopped. */
  follow(launch: Launch, pod: Pod): void;
  /** Resolves when all output of an ended launch is kept, as far as it can be read. */
  drained(launchId: LaunchId): Promise<void>;
  /** Resolves when nothing is written any longer: another host may follow the same output then. */
  close(): Promise<void>;
}

/** What all launches share. */
export interface PodContext {
  readonly calls: PodCalls;
  readonly attempts: Attempts;
  readonly ledger: LaunchLedger;
  readonly status: LaunchStatusRegistry;
  readonly defaults: PodDefaults;
  readonly launchTimeoutMs: number;
  readonly output: PodOutput | null;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly crashPoint: ReachCrashPoint | undefined;
}

/** What the ledger knows of a launch. */
export interface LaunchSubject {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly executablePath: string;
  readonly version: string | null;
  readonly cwd: string;
  readonly intendedAt: number;
}
