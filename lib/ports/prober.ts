import type { Launch } from '../model/process.ts';
import type { ProbeKind, ProbeSpec } from '../model/probe.ts';

/** The process that is asked, and how its own commands run. */
export interface ProbeSubject {
  readonly launch: Launch;
  /** The variables of the service; an exec probe runs with them too. */
  readonly env: Readonly<Record<string, string>>;
  /** The working directory of an exec probe; null: the base path. */
  readonly cwd: string | null;
}

/** Told of verdicts, never before watch() has returned. */
export interface ProbeObserver {
  /** So many checks in a row succeeded as the success threshold says, after none or a failure. */
  passed(): void;
  /**
   * So many checks in a row failed as the failure threshold says, after none or a success; the sentence says how the
   * last one failed. Called again, at most every 5 s, when it keeps failing for a different reason.
   */
  failed(reason: string): void;
}

/** Checks how services are. All checks share one schedule. */
export interface Prober {
  /**
   * Checks a launch from now on (but not before its initial delay is over) until the returned function is called. Between two
   * verdicts nothing is told but how else a failed probe fails. An error of the check itself is a failed check.
   */
  watch(subject: ProbeSubject, kind: ProbeKind, probe: ProbeSpec, observer: ProbeObserver): () => void;
  /** Ends every check. */
  close(): void;
}
