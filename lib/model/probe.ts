import type { Millis } from './values/time.ts';

/** What a probe decides (Kubernetes): `startup` when a launch counts as started, `readiness` whether it can serve, `liveness` whether it still works. */
export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** Status codes from one to another, both included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** One way to ask a service how it is. */
export type ProbeCheck =
  | {
      readonly type: 'http';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly status: readonly StatusRange[];
    }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  /** Success is exit code 0 in time. */
  | { readonly type: 'exec'; readonly command: readonly string[] }
  /** Success for good once a line of the launch's output matches the regular expression. */
  | { readonly type: 'log_line'; readonly pattern: string };

/** A check with its timing; the thresholds count checks in a row. */
export interface ProbeSpec {
  readonly check: ProbeCheck;
  /** Wait after the launch before the first check. */
  readonly initialDelayMs: Millis;
  readonly periodMs: Millis;
  readonly timeoutMs: Millis;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** The probes of a service; null: there is none of that kind. */
export type ProbesSpec = Readonly<Record<ProbeKind, ProbeSpec | null>>;

/** What a service has whose configuration says nothing of probes. */
export const NO_PROBES: ProbesSpec = { startup: null, readiness: null, liveness: null };

/**
 * How long after its launch a service may take to pass its startup probe: the initial delay, all the checks that may fail, and
 * the last one's timeout.
 */
export function startTimeoutMs({ initialDelayMs, periodMs, timeoutMs, failureThreshold }: ProbeSpec): Millis {
  return initialDelayMs + periodMs * failureThreshold + timeoutMs;
}

/** What the checks of a probe have come to; unknown until a threshold was reached. */
export type ProbeVerdict = 'unknown' | 'passed' | 'failed';

/** How the checks of a probe went so far. */
export interface ProbeTally {
  readonly verdict: ProbeVerdict;
  /** How the last check went. */
  readonly isSuccess: boolean;
  /** How many checks in a row went like that. */
  readonly run: number;
}

/** Before the first check. */
export const NO_CHECKS: ProbeTally = { verdict: 'unknown', isSuccess: false, run: 0 };

/** The tally with one more check. Its verdict differs from that of `before` only when a threshold was reached by this check. */
export function tallied(
  before: ProbeTally,
  isSuccess: boolean,
  { successThreshold, failureThreshold }: Pick<ProbeSpec, 'successThreshold' | 'failureThreshold'>,
): ProbeTally {
  const run = before.isSuccess === isSuccess ? before.run + 1 : 1;
  const isReached = run >= (isSuccess ? successThreshold : failureThreshold);
  const verdict = isReached ? (isSuccess ? 'passed' : 'failed') : before.verdict;
  return { verdict, isSuccess, run };
}
