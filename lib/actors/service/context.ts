import type { Holder, ServiceId } from '../../model/values/ids.ts';
import type { Executable, ExitUsage, Launch } from '../../model/process.ts';
import type { Reason } from '../../model/explain/reason.ts';
import { EMPTY_BUDGET, type Attempt, type RestartBudget, type Verdict } from '../../model/policy/restart.ts';
import type { FailureSeries, StableLaunch } from '../../model/policy/failure-series.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import type { Instant, Millis } from '../../model/values/time.ts';
import type { ExitClass } from '../../model/states.ts';
import type { Intended, VersionPin } from '../../model/intention.ts';

/** The last exit of this service that has been processed. */
export interface LastExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: Instant;
  readonly generation: number;
  readonly class: ExitClass;
  /** From its launch to its end; null: this launch was not known. Likewise version and revision. */
  readonly uptimeMs: Millis | null;
  readonly version: string | null;
  readonly revision: string | null;
  /** Null: nobody measured it. */
  readonly usage: ExitUsage | null;
  /** What ended it besides its own doing, see ProcessExit; null: nothing else is known. */
  readonly because: string | null;
}

/** What follows a stop that no command requested: the restart policy decides, as after an exit, or another launch. */
export type AfterStop =
  | { readonly type: 'judge'; readonly class: 'start_timeout' | 'probe'; readonly reason: Reason }
  /** `failed`: the service of its group whose failure caused this. */
  | { readonly type: 'again'; readonly failed: ServiceId; readonly reason: Reason };

/** A file that has run. */
export interface ProvenRelease {
  readonly path: string;
  readonly version: string | null;
}

/** A newly found file that used up the restart budget before it was ever stable. */
export interface RejectedRelease extends ProvenRelease {
  readonly fingerprint: string;
  readonly reason: Reason;
}

/** Somebody has seen the failure that the service is in. */
export interface Acknowledgement {
  readonly at: Instant;
  /** Who acknowledged it, as in the journal; null: unknown. */
  readonly actor: string | null;
  readonly note: string | null;
}

/** The context of a service actor: plain JSON, kept as it is. */
export interface ServiceContext {
  readonly spec: ServiceSpec;
  /** Who needs it to run. */
  readonly holders: readonly Holder[];
  /** System ids of the actors that get a report of every change. */
  readonly watchers: readonly string[];
  readonly intended: Intended;
  /** The version that a person has chosen; null: the spec decides. */
  readonly pin: VersionPin | null;
  /** The newest launch that has been processed; 0: never launched. */
  readonly generation: number;
  /** The file chosen for the launch in progress, or the one that is running. */
  readonly executable: Executable | null;
  /** The live main process. */
  readonly launch: Launch | null;
  readonly isAdopted: boolean;
  /** The spec revision of the newest launch. */
  readonly revision: string | null;
  /** What follows the stop in progress; null: whatever is intended. */
  readonly afterStop: AfterStop | null;
  /** The last file that stayed up for the backoff's reset time. */
  readonly lastGoodVersion: ProvenRelease | null;
  /** The file that `lastGoodVersion` replaces. */
  readonly rejectedVersion: RejectedRelease | null;
  /** The last series of failures, whether or not it is over. */
  readonly failureSeries: FailureSeries | null;
  /** The last launch that has ended after it was stable. */
  readonly lastStable: StableLaunch | null;
  /** How many unexpected exits there have ever been. */
  readonly failureCount: number;
  /** What caused the last of these: the agent whose group was restarted; null: the process failed. */
  readonly restartedBy: Holder | null;
  /** The verdict on the exit being judged; null in every settled state, so that no stored row has one. */
  readonly verdict: Verdict['next'] | null;
  readonly attempt: Attempt;
  readonly budget: RestartBudget;
  /** How many launches nobody requested. */
  readonly restarts: number;
  readonly lastExit: LastExit | null;
  /** Whether each dependency is met, by service id. */
  readonly dependencies: Readonly<Record<string, boolean>>;
  /** When the public state was entered. */
  readonly since: Instant;
  /** When `running` was last entered. */
  readonly startedAt: Instant | null;
  /** When the timer of the current state expires. */
  readonly deadlineAt: Instant | null;
  readonly reason: Reason | null;
  /** Of the failure in progress; only in `backoff` and `failed`. */
  readonly acknowledgement: Acknowledgement | null;
  readonly correlationId: string | null;
}

/** What a service actor is created from: its spec, or the context of a crashed predecessor. */
export interface ServiceInput {
  readonly spec: ServiceSpec;
  readonly holders?: readonly Holder[];
  readonly watchers?: readonly string[];
  readonly intended?: Intended;
  readonly resume?: ServiceContext;
}

/**
 * What every new context begins with. Each copy that `assign` makes of a context has the fixed shape of this spread
 * copy as long as it exists. V8 would make a hash table of each copy otherwise, as of all objects to which over 16
 * properties are added one by one; that takes ten times as long, and more memory.
 */
const BLANK = {
  ...({
    spec: null,
    holders: [],
    watchers: [],
    intended: 'stopped',
    pin: null,
    generation: 0,
    executable: null,
    launch: null,
    isAdopted: false,
    revision: null,
    afterStop: null,
    lastGoodVersion: null,
    rejectedVersion: null,
    failureSeries: null,
    lastStable: null,
    failureCount: 0,
    restartedBy: null,
    verdict: null,
    attempt: 'first',
    budget: EMPTY_BUDGET,
    restarts: 0,
    lastExit: null,
    dependencies: {},
    since: 0,
    startedAt: null,
    deadlineAt: null,
    reason: null,
    acknowledgement: null,
    correlationId: null,
  } as const),
};

/** The context of a new service actor. */
export function serviceContext({ resume, ...input }: ServiceInput, now: Instant): ServiceContext {
  if (resume) return { ...resume, since: now, deadlineAt: null, acknowledgement: null };
  return { ...BLANK, ...input, since: now };
}

/** The system id of a service actor. */
export function serviceActorId(id: ServiceId): `service:${string}` {
  return `service:${id}`;
}
