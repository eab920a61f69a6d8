import { portNamesIn, withPorts, type Ports } from './values/port-token.ts';
import type { Millis } from './values/time.ts';

/**
 * What a probe decides (Kubernetes): `startup` when a launch counts as started, `readiness` whether it can serve,
 * `liveness` whether it still works.
 */
export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** A range of status codes, both ends included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** One way to check a service. */
export type ProbeCheck =
  | {
      readonly type: 'http';
      readonly host: string;
      readonly port: number;
      /** The service's own port of that name, which only a launch knows, in place of `port`. */
      readonly portName?: string;
      readonly path: string;
      readonly status: readonly StatusRange[];
    }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number; readonly portName?: string }
  /** Succeeds on exit code 0 within the timeout. */
  | { readonly type: 'exec'; readonly command: readonly string[] }
  /** Succeeds permanently once a line of the launch's output matches the regular expression. */
  | { readonly type: 'log_line'; readonly pattern: string };

/** A check with its timing; the thresholds count consecutive checks. */
export interface ProbeSpec {
  readonly check: ProbeCheck;
  /** Delay between the launch and the first check. */
  readonly initialDelayMs: Millis;
  readonly periodMs: Millis;
  readonly timeoutMs: Millis;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** The probes of a service; null: no probe of that kind. */
export type ProbesSpec = Readonly<Record<ProbeKind, ProbeSpec | null>>;

/** The default: no probes. */
export const NO_PROBES: ProbesSpec = { startup: null, readiness: null, liveness: null };

/**
 * How long after its launch a service may take to pass its startup probe: the initial delay, all the checks that may
 * fail, and the timeout of the last one.
 */
export function startTimeoutMs({ initialDelayMs, periodMs, timeoutMs, failureThreshold }: ProbeSpec): Millis {
  return initialDelayMs + periodMs * failureThreshold + timeoutMs;
}

/** The result of a probe so far; unknown until a threshold is reached. */
export type ProbeVerdict = 'unknown' | 'passed' | 'failed';

/** The checks of a probe so far. */
export interface ProbeTally {
  readonly verdict: ProbeVerdict;
  /** The result of the last check. */
  readonly isSuccess: boolean;
  /** The number of consecutive checks with that result. */
  readonly run: number;
}

/** Before the first check. */
export const NO_CHECKS: ProbeTally = { verdict: 'unknown', isSuccess: false, run: 0 };

/** The tally with one more check. The verdict differs from that of `before` only if this check reached a threshold. */
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

/** The probe with the ports that its service has. */
export function probeWithPorts(probe: ProbeSpec, ports: Ports): ProbeSpec {
  const filled = withPorts(probe, ports);
  const { check } = filled;
  if (!('portName' in check)) return filled;
  return { ...filled, check: { ...check, port: ports[check.portName] ?? check.port } };
}

/** The names of the ports that probes need. */
export function portNamesOf(probes: ProbesSpec): readonly string[] {
  const checks = [probes.startup, probes.readiness, probes.liveness].flatMap((probe) => probe?.check ?? []);
  return [...new Set(checks.flatMap(portNamesOfCheck))];
}

/** The names of the ports that a check needs. */
export function portNamesOfCheck(check: ProbeCheck): readonly string[] {
  return [...('portName' in check ? [check.portName] : []), ...portNamesIn(check)];
}
