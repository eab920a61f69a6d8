import type { Intended } from '../model/intention.ts';
import type { ProbeCheck, ProbeKind } from '../model/probe.ts';
import type { LaunchOutcome, LaunchStatus } from '../model/process.ts';
import type { PublicState } from '../model/states.ts';
import type { Instant } from '../model/values/time.ts';
import type { Orphan } from './process-host.ts';

/** One check of a probe that was made. */
export interface CheckMeasure {
  readonly probe: ProbeKind;
  readonly check: ProbeCheck['type'];
  /** `unknown`: this host stood still meanwhile, or the check could not tell. */
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly seconds: number;
}

/** Told how long checks took. */
export interface ProbeMeter {
  checked(measure: CheckMeasure): void;
}

/** Told how launches, stops, and the search for what earlier hosts left went. */
export interface ProcessMeter {
  /** From the order until the program ran or was refused. */
  launched(outcome: LaunchOutcome, seconds: number): void;
  /** From the order until nothing of the process tree was left. */
  stopped(seconds: number): void;
  surveyed(facts: Iterable<LaunchStatus>, orphans: readonly Orphan[], seconds: number): void;
}

/** One request that was answered. */
export interface AnswerMeasure {
  readonly method: string;
  /** The template of the route, such as `/api/services/{id}`; never a path, of which there are as many as clients think of. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Told of requests. */
export interface RequestMeter {
  answered(measure: AnswerMeasure): void;
  /** From now on told, when asked, how many answers of each route go on for as long as their readers like. */
  watchStreams(streams: () => ReadonlyMap<string, number>): void;
}

/** The numbers of a host, in the text form of Prometheus. */
export interface Exposition {
  readonly contentType: string;
  /** As they are now; whoever asks while they are put together gets the same. */
  text(): Promise<string>;
}

/** What is measured of an agent. */
export interface MeasuredAgent {
  readonly id: string;
  readonly state: PublicState;
}

/** What is measured of a service. */
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
}

/** What the numbers of a host are looked up from; who is looked at is decided at the call, each one as it is when its turn comes. */
export interface MeasuredHost {
  agents(): Iterable<MeasuredAgent>;
  services(): Iterable<MeasuredService>;
  /** How many reasons the health gives. */
  healthReasons(): number;
}
