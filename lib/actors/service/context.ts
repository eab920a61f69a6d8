import type { Holder, ServiceId } from '../../model/values/ids.ts';
import type { Executable, Launch } from '../../model/process.ts';
import type { Reason } from '../../model/explain/reason.ts';
import { EMPTY_BUDGET, type Attempt, type RestartBudget, type Verdict } from '../../model/policy/restart.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ExitClass } from '../../model/states.ts';
import type { Intended } from '../../model/intention.ts';

/** The last end of this service that is accounted for. */
export interface LastExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: Instant;
  readonly generation: number;
  readonly class: ExitClass;
}

/** What follows the stop under way that no command asked for: a judgement like that of an exit, or another launch. */
export type AfterStop =
  | { readonly type: 'judge'; readonly class: 'start_timeout' | 'probe'; readonly reason: Reason }
  /** `failed`: the service of its group that this follows from. */
  | { readonly type: 'again'; readonly failed: ServiceId; readonly reason: Reason };

/** A file that ran. */
export interface ProvenRelease {
  readonly path: string;
  readonly version: string | null;
}

/** A newly found file that exhausted the budget before it had ever been stable. */
export interface RejectedRelease extends ProvenRelease {
  readonly fingerprint: string;
  readonly reason: Reason;
}

/** The context of a service actor: plain JSON, kept as it is. */
export interface ServiceContext {
  readonly spec: ServiceSpec;
  /** Who wants it to run. */
  readonly holders: readonly Holder[];
  /** System ids of the actors that are told of every change. */
  readonly watchers: readonly string[];
  readonly intended: Intended;
  /** The newest launch that is accounted for; 0: never launched. */
  readonly generation: number;
  /** The file chosen for the launch under way, or the one that runs. */
  readonly executable: Executable | null;
  /** The live main process. */
  readonly launch: Launch | null;
  readonly isAdopted: boolean;
  /** The revision of the spec that the newest launch was made with. */
  readonly revision: string | null;
  /** What follows the stop under way; null: what is intended. */
  readonly afterStop: AfterStop | null;
  /** The last file that was up for the reset time of the backoff. */
  readonly lastGoodVersion: ProvenRelease | null;
  /** The file that `lastGoodVersion` stands in for. */
  readonly rejectedVersion: RejectedRelease | null;
  /** Ends of processes against the intention, ever. */
  readonly failureCount: number;
  /** Who ended the last of these: the agent whose group was restarted; null: the process failed. */
  readonly restartedBy: Holder | null;
  /** Where the end under judgement leads; null in every state that lasts, so that no kept row has one. */
  readonly verdict: Verdict['next'] | null;
  readonly attempt: Attempt;
  readonly budget: RestartBudget;
  /** Launches that nobody asked for, ever. */
  readonly restarts: number;
  readonly lastExit: LastExit | null;
  /** Which dependencies are met, by service id. */
  readonly dependencies: Readonly<Record<string, boolean>>;
  /** When the public state was entered. */
  readonly since: Instant;
  /** When `running` was last entered. */
  readonly startedAt: Instant | null;
  /** When the timer of the present state is due. */
  readonly deadlineAt: Instant | null;
  readonly reason: Reason | null;
  readonly correlationId: string | null;
}

/** What a service actor is made from: its spec, or the context of a predecessor that broke. */
export interface ServiceInput {
  readonly spec: ServiceSpec;
  readonly holders?: readonly Holder[];
  readonly watchers?: readonly string[];
  readonly intended?: Intended;
  readonly resume?: ServiceContext;
}

/** The context of a new service actor. */
export function serviceContext(input: ServiceInput, now: Instant): ServiceContext {
  if (input.resume) return { ...input.resume, since: now, deadlineAt: null };
  return {
    spec: input.spec,
    holders: input.holders ?? [],
    watchers: input.watchers ?? [],
    intended: input.intended ?? 'stopped',
    generation: 0,
    executable: null,
    launch: null,
    isAdopted: false,
    revision: null,
    afterStop: null,
    lastGoodVersion: null,
    rejectedVersion: null,
    failureCount: 0,
    restartedBy: null,
    verdict: null,
    attempt: 'first',
    budget: EMPTY_BUDGET,
    restarts: 0,
    lastExit: null,
    dependencies: {},
    since: now,
    startedAt: null,
    deadlineAt: null,
    reason: null,
    correlationId: null,
  };
}

/** The name of a service actor in the actor system. */
export function serviceActorId(id: ServiceId): `service:${string}` {
  return `service:${id}`;
}
