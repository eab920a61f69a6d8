import type { Reason } from '../../model/explain/reason.ts';
import type { Intended } from '../../model/intention.ts';
import type { ServiceReport } from '../../model/policy/agent-state.ts';
import type { ProbeKind } from '../../model/probe.ts';
import type { ProcessExit, LaunchStatus } from '../../model/process.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import type { Holder, LaunchId, ServiceId } from '../../model/values/ids.ts';

interface Command {
  /** On every journal entry that follows from it. */
  readonly correlationId: string | null;
}

/** A holder wants the service up; the holder is also told of every change. Again: answers with a report only. */
export interface HoldEvent extends Command {
  readonly type: 'service.hold';
  readonly holder: Holder;
  /** Taken over if nobody else holds the service; the next launch uses it. */
  readonly spec: ServiceSpec;
}

/** What is intended for a service when its host comes back. */
export interface ResumedIntention {
  readonly intended: Intended;
  readonly holders: readonly Holder[];
  /** The spec as it was last accepted; null: nothing new is known. */
  readonly spec: ServiceSpec | null;
  /** The generation that a live process must have to be kept; 0: any. */
  readonly atLeast: number;
}

/** The exit of a launch that ended while no host observed it. */
export interface UnreportedExit {
  readonly generation: number;
  readonly exit: ProcessExit;
}

type Resumed = Omit<ResumedIntention, 'atLeast'> & { readonly status: LaunchStatus | null };
type AliveStatus = Extract<LaunchStatus, { readonly status: 'alive' }>;

/** Brings an actor back to work after a restart of the host; resume.ts decides which of them an actor is sent. */
export type ResumeEvent =
  | (Resumed & { readonly type: 'resume.stopped'; readonly ended: UnreportedExit | null })
  | (Resumed & { readonly type: 'resume.outdated' | 'resume.alive'; readonly status: AliveStatus })
  | (Resumed & { readonly type: 'resume.ended'; readonly ended: UnreportedExit })
  | (Resumed & { readonly type: 'resume.waiting' });

/** What a probe of a launch has found. */
export type ProbeEvent =
  | { readonly type: 'probe.passed'; readonly probe: ProbeKind; readonly launchId: LaunchId }
  | { readonly type: 'probe.failed'; readonly probe: ProbeKind; readonly launchId: LaunchId; readonly reason: string };

/** Everything a service actor can be told. Commands are imperative, facts past tense. */
export type ServiceEvent =
  | HoldEvent
  | (Command & { readonly type: 'service.release'; readonly holder: Holder })
  | (Command & { readonly type: 'service.start' | 'service.stop' | 'service.restart' })
  /** A service of the same group failed: a process is ended and launched anew, which is no fault of this service. */
  | {
      readonly type: 'service.restart_with_group';
      readonly by: Holder;
      /** The service that failed. */
      readonly failed: ServiceId;
      readonly reason: Reason;
    }
  /** A new revision of the spec: policies, probes and dependencies hold at once, the rest from the next launch on. */
  | { readonly type: 'service.configure'; readonly spec: ServiceSpec }
  /** The sender wants reports of every change, and one now. */
  | { readonly type: 'service.watch'; readonly watcher: string }
  /** A dependency of this service changed. */
  | { readonly type: 'service.changed'; readonly report: ServiceReport }
  | { readonly type: 'process.exited'; readonly launchId: LaunchId; readonly exit: ProcessExit }
  | ProbeEvent
  | ResumeEvent
  /** The host leaves and takes its services with it; the intention stays. */
  | { readonly type: 'host.drain' }
  /** The actor broke too often; it is kept aside with its process untouched. */
  | { readonly type: 'supervisor.quarantine'; readonly reason: Reason };
