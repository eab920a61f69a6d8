import type { Launch } from '../model/process.ts';
import type { ProbeKind, ProbeSpec } from '../model/probe.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { Account, RunAs } from '../model/values/run-as.ts';
import type { Instant, Millis } from '../model/values/time.ts';

/** The process to check, and the context for commands. An exec probe runs as the user and group of the service. */
export interface ProbeTarget extends RunAs {
  readonly launch: Launch;
  /** The variables of the service; an exec probe runs with them too. */
  readonly env: Readonly<Record<string, string>>;
  /** The working directory of an exec probe; null: the base path. */
  readonly cwd: string | null;
}

/** Receives verdicts, never before watch() has returned. */
export interface ProbeObserver {
  /** As many checks in a row succeeded as the success threshold requires, after none or a failure. */
  passed(): void;
  /**
   * As many checks in a row failed as the failure threshold requires, after none or a success; the sentence says how
   * the last one failed. Called again, at most every 5 s, if it keeps failing for a different reason.
   */
  failed(reason: string): void;
  /** A check failed before any threshold was reached. Called again, at most every 5 s, for a different reason. */
  missed?(reason: string): void;
}

/** The last failed check of a probe, whatever the thresholds. */
export interface ProbeFailure {
  readonly probe: ProbeKind;
  readonly generation: number;
  readonly at: Instant;
  readonly reason: string;
}

/** Runs the probes of services. All checks share one schedule. */
export interface Prober {
  /**
   * Checks a launch from now on (but not before its initial delay is over) until the returned function is called.
   * Between two verdicts only new reasons of a failed probe are reported. An error of the check itself is a failed
   * check.
   */
  watch(subject: ProbeTarget, kind: ProbeKind, probe: ProbeSpec, observer: ProbeObserver): () => void;
  /** The last failure of each probe of a service that this host has seen. */
  failures(serviceId: ServiceId): readonly ProbeFailure[];
  /** Ends all watches. */
  close(): void;
}

/**
 * Returns the command line before `PROGRAM ARG…` that runs a command as an account (null: as the host), and ends it
 * with this host or after `ms`.
 */
export type CommandGuard = (ms: Millis, account: Account | null) => readonly string[];
