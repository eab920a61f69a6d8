import type { LaunchId, ServiceId } from '../model/ids.ts';
import type { Launch, LaunchOutcome, ProcessExit, ProcessFacts } from '../model/process.ts';
import type { NodeSignal, StopSpec } from '../model/spec.ts';

/** One launch to be made. The host adds the COREDINATOR_* variables of contract 3.1 to `env`. */
export interface LaunchRequest {
  readonly serviceId: ServiceId;
  readonly agentId: string | null;
  /** Must be greater than every generation of this service before it. */
  readonly generation: number;
  readonly executablePath: string;
  readonly version: string | null;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
  /** How descendants that outlive the main process are ended. */
  readonly stop: StopSpec;
}

export interface LaunchObserver {
  /** The main process ended. Told once; descendants may live on until the next launch or stop clears them. */
  exited(exit: ProcessExit): void;
}

/**
 * Launches, observes and stops process trees; the seam behind which one machine (or another engine) hides.
 * Every implementation passes `spec/support/process-host-contract.ts`.
 */
export interface ProcessHost {
  /**
   * Finds what earlier hosts left: for each service the facts of its newest launch. Adopts what lives, revokes what never
   * began, reads the exits of what ended. Called once, before anything else.
   */
  survey(): Promise<ReadonlyMap<ServiceId, ProcessFacts>>;

  /** The facts of the newest launch of a service as they are now; null if it was never launched. */
  facts(serviceId: ServiceId): ProcessFacts | null;

  /**
   * Launches one process tree and resolves when its program runs (after exec) or was refused. First ends whatever the
   * previous launch of this service left behind, so that two generations never overlap. A second call for a service whose
   * main process lives is refused with code `EALIVE` (transient).
   */
  launch(request: LaunchRequest): Promise<LaunchOutcome>;

  /**
   * Tells `observer` of the end of a launch, at once (in a later turn) if it has ended already. Returns the way to stop
   * observing. An unknown launch counts as ended with an unknown status.
   */
  observe(launchId: LaunchId, observer: LaunchObserver): () => void;

  /**
   * Signal to the whole tree, grace, SIGKILL, then the proof that nothing is left; resolves with how the main process ended
   * (null if there was none). Also ends a launch under way. Calling it again during a stop shortens the grace, never
   * lengthens it.
   */
  stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null>;

  /** Sends one signal to the main process's group. Resolves false when no process lives. */
  signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean>;

  /** Every launch whose main process lives. */
  live(): readonly Launch[];

  /** Lets go of everything without touching a process. */
  close(): Promise<void>;
}
