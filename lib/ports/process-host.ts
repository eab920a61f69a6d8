import type { PodSpec } from '../model/engine.ts';
import type { Doubt, Launch, LaunchOutcome, ProcessExit, LaunchStatus } from '../model/process.ts';
import type { NodeSignal, OutputMode, StopSpec } from '../model/spec.ts';
import type { LaunchId, ServiceId } from '../model/values/ids.ts';
import type { ResourceLimits } from '../model/values/limits.ts';
import type { AccountChoice, RunAs } from '../model/values/run-as.ts';
import type { Instant } from '../model/values/time.ts';

/**
 * A requested launch. The host adds the COREDINATOR_* variables of contract 3.1 to `env`. The launch is refused if the
 * user or the group does not exist, or if the host may not run programs as them.
 */
export interface LaunchRequest extends RunAs {
  readonly serviceId: ServiceId;
  readonly agentId: string | null;
  /**
   * The host raises it above every known generation of this service; the outcome has the generation that was used.
   */
  readonly generation: number;
  readonly executablePath: string;
  readonly version: string | null;
  /** The revision of its spec; absent: unknown. */
  readonly revision?: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
  /** How descendants that outlive the main process are ended. */
  readonly stop: StopSpec;
  /** If the host may not set one of them, the launch is refused. */
  readonly limits: ResourceLimits;
  /** How many bytes of its output are kept. */
  readonly maxLogBytes: number;
  readonly output: OutputMode;
  /** The file with the configuration of its agent, which it reads; absent: none. */
  readonly configPath?: string | null;
  /** For engines that run it in a pod; absent: as for all services. */
  readonly pod?: PodSpec | null;
  /** The names of the service's own ports, which its texts contain as tokens; absent once they are filled in. */
  readonly ports?: readonly string[];
}

/** The users and groups of this machine. */
export interface Accounts {
  /**
   * The account for a program; null if it runs as the user of the host. Looked up again at each call. Refused if there
   * is no such user or group, or if this host may not run programs as them. Never rejects.
   */
  choose(runAs: RunAs): Promise<AccountChoice | null>;
}

/**
 * What a survey does with orphans. `report`: names them and leaves them alone. `adopt`: enters those with complete
 * records in the ledger and supervises them. `kill`: ends them.
 */
export type OrphanPolicy = 'report' | 'adopt' | 'kill';

/**
 * Living processes of a launch of this instance that the ledger does not know: its database was lost, or is an older
 * copy.
 */
export interface Orphan {
  readonly launchId: LaunchId;
  /** Null: it is unknown which service it belongs to. */
  readonly serviceId: ServiceId | null;
  readonly generation: number | null;
  /** The main process, or one of the remaining ones; null: it runs elsewhere, see `place`. */
  readonly pid: number | null;
  readonly place: string | null;
  readonly fate: 'reported' | 'adopted' | 'killed';
  readonly foundAt: Instant;
  /** The sentence that says what was done and what can be done. */
  readonly reason: string;
}

export interface LaunchObserver {
  /** The main process ended. Called once; descendants may stay alive until the next launch or stop ends them. */
  exited(exit: ProcessExit): void;
  /**
   * Less is guaranteed for the launch than before: its shim died, the main process is alive. Never called after
   * `exited`.
   */
  changed?(launch: Launch): void;
}

/** Whether a service can be launched, or there is something in its way that no attempt would remove, such as a host without a store. */
export interface LaunchGate {
  /** Why a service cannot be launched now, as a sentence; null: launches are possible. */
  obstacle(serviceId: ServiceId): string | null;

  /**
   * Notifies `observer`, in a later turn, when the obstacle is another one than at this call, and as soon as there is
   * none (null). Returns a function that stops this.
   */
  watch(serviceId: ServiceId, observer: (obstacle: string | null) => void): () => void;
}

/**
 * Launches, observes and stops process trees, on this machine or by another engine. Every implementation passes
 * `spec/support/process/process-host-contract.ts`.
 */
export interface ProcessHost {
  /**
   * Finds what earlier hosts left: for each service the status of its newest launch. Adopts live processes, revokes
   * launches that never started, reads the exits of ended ones. Called once, before anything else.
   */
  survey(): Promise<ReadonlyMap<ServiceId, LaunchStatus>>;

  /** The orphans that the survey found, and what was done with them. */
  orphans(): readonly Orphan[];

  /** The orphans that are left alone and still alive: their services must not be launched. */
  heldOrphans(): readonly Orphan[];

  /** The current status of the newest launch of a service; null if it was never launched. */
  status(serviceId: ServiceId): LaunchStatus | null;

  /**
   * Launches one process tree and resolves when its program runs (after exec) or was refused. First ends whatever the
   * previous launch of this service left behind, so that two generations never overlap. A call for a service whose main
   * process is alive is refused with code `EALIVE`, and one for a service with a live orphan with `ESTRAY`; both are
   * transient. If it cannot be proven now that the previous launch has ended, it is refused with `EPREDECESSOR`, which is
   * transient too; never on this machine.
   */
  launch(request: LaunchRequest): Promise<LaunchOutcome>;

  /**
   * Notifies `observer` of changes and of the end of a launch, immediately (in a later turn) if it has changed or ended
   * already. Returns a function that stops observing. An unknown launch counts as ended with an unknown status.
   */
  observe(launchId: LaunchId, observer: LaunchObserver): () => void;

  /**
   * Sends the signal to the whole tree, then SIGKILL after the grace, and verifies that nothing is left; resolves with
   * how the main process ended (null if there was none). Also ends a launch in progress. Calling it again during a stop
   * may shorten the grace, but never lengthen it.
   */
  stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null>;

  /** Sends one signal to the main process's group. Resolves to false if no process is alive. */
  signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean>;

  /** Why processes cannot be inspected now, as sentences; empty if they can. */
  problems(): readonly string[];

  /**
   * Why nothing can be launched now, as sentences, which are among the problems; absent: each launch finds out for itself.
   * Services wait until there is none, without an attempt.
   */
  obstacles?(): readonly string[];

  /** The same of one service, for instance because it is not known yet what became of its previous launch; null or absent: nothing. */
  obstacleTo?(serviceId: ServiceId): string | null;

  /** Every launch whose main process is alive. */
  live(): readonly Launch[];

  /** The services of which it is not known whether they live, and why; absent: the engine always knows. */
  doubts?(): ReadonlyMap<ServiceId, Doubt>;

  /** Releases everything without touching a process. */
  close(): Promise<void>;
}
