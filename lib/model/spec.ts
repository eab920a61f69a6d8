import type { PodSpec } from './engine.ts';
import type { ProbesSpec } from './probe.ts';
import type { AgentId, ServiceId } from './values/ids.ts';
import type { ResourceLimits } from './values/limits.ts';
import type { RunAs } from './values/run-as.ts';
import type { Millis } from './values/time.ts';

/** When an exit leads to a new launch. `on_failure`: only when the exit is not a success. */
export type RestartMode = 'never' | 'on_failure' | 'always';

/**
 * Delay before the n-th consecutive launch: min(max, initial * factor^(n-1)), spread by +- jitter (a share, 0 to 1).
 */
export interface BackoffSpec {
  readonly initialMs: Millis;
  readonly factor: number;
  readonly maxMs: Millis;
  readonly jitter: number;
  /** After this time in `running` the series starts over. */
  readonly resetAfterMs: Millis;
}

/** More than `maxRestarts` within `periodMs`: give up (Erlang/OTP restart intensity). */
export interface IntensitySpec {
  readonly maxRestarts: number;
  readonly periodMs: Millis;
}

export interface RestartSpec {
  readonly mode: RestartMode;
  readonly backoff: BackoffSpec;
  /** Null: unlimited. */
  readonly intensity: IntensitySpec | null;
  /** Delay in `failed` before one new attempt; null: never. */
  readonly recoverAfterMs: Millis | null;
  readonly successExitCodes: readonly number[];
}

export interface StopSpec {
  /** The name of the signal that asks the process tree to stop. */
  readonly signal: NodeSignal;
  /** Delay between the signal and SIGKILL. */
  readonly graceMs: Millis;
}

/** The default, also for processes whose own stop spec is unknown. */
export const DEFAULT_STOP: StopSpec = { signal: 'SIGTERM', graceMs: 5_000 };

/** How much output is kept, for all launches of a service together. */
export interface LogsSpec {
  readonly maxBytes: number;
  /** Number of ended launches whose output is kept. */
  readonly keep: number;
}

/** The default, also for services stored before there was a limit. */
export const DEFAULT_LOGS: LogsSpec = { maxBytes: 10 * 1024 * 1024, keep: 5 };

/**
 * `separate`: stdout and stderr are distinguished. `merged`: both are one stream, in exactly the order in which they were
 * written.
 */
export const OUTPUT_MODES = ['separate', 'merged'] as const;
export type OutputMode = (typeof OUTPUT_MODES)[number];

/** A POSIX signal name such as `SIGTERM`. */
export type NodeSignal = `SIG${string}`;

/**
 * `launched`: the program of the dependency has been executed. `started`: the dependency is `running`. `healthy`: it is
 * also ready. `completed`: it exited successfully.
 */
export const CONDITIONS = ['launched', 'started', 'healthy', 'completed'] as const;
export type DependencyCondition = (typeof CONDITIONS)[number];

export interface DependencySpec {
  readonly serviceId: ServiceId;
  readonly condition: DependencyCondition;
}

/** What to run, how to keep it running, how to stop it: the child spec of one service. Plain JSON. */
export interface ServiceSpec extends RunAs {
  readonly id: ServiceId;
  readonly kind: string;
  /** The agent that owns it; null for shared and host services. */
  readonly agentId: AgentId | null;
  readonly configPath: string | null;
  /** The base name that discovery looks for, or the path of one file, from the base path (contract 4). */
  readonly executable: string;
  /** A semver range for the version; null: any. */
  readonly version: string | null;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Working directory; null: the base path. */
  readonly cwd: string | null;
  readonly restart: RestartSpec;
  /** A launch that has been alive this long counts as started if there is no startup probe. */
  readonly settleMs: Millis;
  readonly probes: ProbesSpec;
  readonly stop: StopSpec;
  readonly dependsOn: readonly DependencySpec[];
  readonly logs: LogsSpec;
  readonly output: OutputMode;
  readonly limits: ResourceLimits;
  /** For an engine that runs it in a pod; null: as for all services. Other engines ignore it. */
  readonly pod: PodSpec | null;
}

/** Which services of an agent are restarted when one of them fails (Erlang/OTP). */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

/** What a start request specified besides the config file; null: nothing, so the file decides. */
export interface AskedOfAgent {
  readonly agentType: string | null;
  readonly coreioId: string | null;
}

/** A named bundle of services, ready to be supervised. Plain JSON. */
export interface AgentPlan {
  readonly id: AgentId;
  readonly type: string;
  readonly configPath: string;
  readonly strategy: Strategy;
  /** Stored so that the plan can be rebuilt from a changed file. */
  readonly asked: AskedOfAgent;
  /** In start order: a service comes after those it depends on. */
  readonly services: readonly ServiceSpec[];
}
