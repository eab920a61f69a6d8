import type { Intended } from '../model/intention.ts';
import type { ProbeCheck, ProbeKind } from '../model/probe.ts';
import type { LaunchOutcome, LaunchStatus } from '../model/process.ts';
import type { PublicState } from '../model/states.ts';
import type { Instant } from '../model/values/time.ts';
import type { Orphan } from './process-host.ts';

/** One probe check. */
export interface CheckMeasure {
  readonly probe: ProbeKind;
  readonly check: ProbeCheck['type'];
  /** `unknown`: this host was suspended in the meantime, or the check was inconclusive. */
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly seconds: number;
}

/** Measures probe checks. */
export interface ProbeMeter {
  checked(measure: CheckMeasure): void;
}

/** Measures launches, stops, and the survey of what earlier hosts left. */
export interface ProcessMeter {
  /** From the request until the program was running or was refused. */
  launched(outcome: LaunchOutcome, seconds: number): void;
  /** From the request until the whole process tree was gone. */
  stopped(seconds: number): void;
  surveyed(facts: Iterable<LaunchStatus>, orphans: readonly Orphan[], seconds: number): void;
}

/** One answered request. */
export interface AnswerMeasure {
  readonly method: string;
  /** The route template, such as `/api/services/{id}`; never a path, because clients can make up any number of them. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Measures requests. */
export interface RequestMeter {
  answered(measure: AnswerMeasure): void;
  /** Sets the source for the number of open streaming responses by route. */
  watchStreams(streams: () => ReadonlyMap<string, number>): void;
}

/** The metrics of a host in the Prometheus text format. */
export interface Exposition {
  readonly contentType: string;
  /** The current metrics; concurrent callers share one result. */
  text(): Promise<string>;
}

/** The measured properties of an agent. */
export interface MeasuredAgent {
  readonly id: string;
  readonly state: PublicState;
}

/** The measured properties of a service. */
export interface MeasuredService {
  readonly id: string;
  readonly kind: string;
  /** The agents that hold it. */
  readonly agents: readonly string[];
  readonly state: PublicState;
  readonly substate: string | null;
  readonly intended: Intended;
  readonly generation: number;
  readonly version: string | null;
  readonly restarts: number;
  /** When the live process was launched; null: there is none. */
  readonly launchedAt: Instant | null;
  /** It is not known whether its process lives. */
  readonly isInDoubt: boolean;
  /** The last failed check of each of its probes. */
  readonly probeFailures: readonly { readonly probe: ProbeKind; readonly at: Instant }[];
}

/** The source of a host's metrics. The set of actors is fixed at the call; each one is read when its turn comes. */
export interface MeasuredHost {
  agents(): Iterable<MeasuredAgent>;
  services(): Iterable<MeasuredService>;
  /** The number of reasons why the host is degraded. */
  healthReasons(): number;
}
