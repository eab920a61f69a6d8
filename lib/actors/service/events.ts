import type { Reason } from '../../model/explain/reason.ts';
import type { Intended, VersionPin } from '../../model/intention.ts';
import type { ServiceReport } from '../../model/policy/agent-state.ts';
import type { ProbeKind } from '../../model/probe.ts';
import type { Launch, ProcessExit, LaunchStatus } from '../../model/process.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import type { Holder, LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Instant } from '../../model/values/time.ts';
import type { Acknowledgement } from './context.ts';

interface Command {
  /** Put on every journal entry that this causes. */
  readonly correlationId: string | null;
}

/** A holder needs the service; the holder also gets a report of every change. Repeating it only triggers a report. */
export interface HoldEvent extends Command {
  readonly type: 'service.hold';
  readonly holder: Holder;
  /** Adopted if nobody else holds the service; used by the next launch. */
  readonly spec: ServiceSpec;
}

/** What is intended for a service when its host has restarted. */
export interface ResumedIntention {
  readonly intended: Intended;
  readonly holders: readonly Holder[];
  /** The last accepted spec; null: unchanged. */
  readonly spec: ServiceSpec | null;
  /** The version that a person has chosen; null: the spec decides. */
  readonly pin: VersionPin | null;
  /** The minimum generation of a live process to keep; 0: any. */
  readonly atLeast: number;
}

/** The exit of a launch that ended while no host was watching. */
export interface UnreportedExit {
  readonly generation: number;
  readonly exit: ProcessExit;
}

type Resumed = Omit<ResumedIntention, 'atLeast'> & { readonly status: LaunchStatus | null };
type AliveStatus = Extract<LaunchStatus, { readonly status: 'alive' }>;

/** Resumes an actor after a host restart; resume.ts decides which of these events it gets. */
export type ResumeEvent =
  | (Resumed & { readonly type: 'resume.stopped'; readonly ended: UnreportedExit | null })
  | (Resumed & { readonly type: 'resume.outdated' | 'resume.alive'; readonly status: AliveStatus })
  | (Resumed & { readonly type: 'resume.ended'; readonly ended: UnreportedExit })
  | (Resumed & { readonly type: 'resume.waiting' });

/** The result of a probe of a launch. */
export type ProbeEvent =
  | { readonly type: 'probe.passed'; readonly probe: ProbeKind; readonly launchId: LaunchId }
  | { readonly type: 'probe.failed'; readonly probe: ProbeKind; readonly launchId: LaunchId; readonly reason: string }
  /** A check of the startup probe failed, but not often enough to decide. */
  | { readonly type: 'probe.missed'; readonly probe: 'startup'; readonly launchId: LaunchId; readonly reason: string };

/** Every event a service actor accepts. Commands are imperative, facts past tense. */
export type ServiceEvent =
  | HoldEvent
  | (Command & { readonly type: 'service.release'; readonly holder: Holder })
  | (Command & { readonly type: 'service.start' | 'service.stop' | 'service.restart' })
  /** The failure that began at `since` has been seen. */
  | { readonly type: 'service.acknowledge'; readonly since: Instant; readonly acknowledgement: Acknowledgement }
  /**
   * Another service of the group failed: the process is stopped and launched again, which does not count against this
   * service.
   */
  | {
      readonly type: 'service.restart_with_group';
      readonly by: Holder;
      /** The service that failed. */
      readonly failed: ServiceId;
      readonly reason: Reason;
    }
  /**
   * A new revision of the spec: policies, probes and dependencies apply immediately, the rest from the next launch on.
   */
  | { readonly type: 'service.configure'; readonly spec: ServiceSpec }
  /** A person has chosen the version (null: the spec decides again); used by the next launch. */
  | (Command & { readonly type: 'service.pin'; readonly pin: VersionPin | null })
  /** The sender wants a report now and after every change. */
  | { readonly type: 'service.watch'; readonly watcher: string }
  /** A dependency of this service changed. */
  | { readonly type: 'service.changed'; readonly report: ServiceReport }
  | { readonly type: 'process.exited'; readonly launchId: LaunchId; readonly exit: ProcessExit }
  /** Less is guaranteed for the live process than before: its shim died. */
  | { readonly type: 'process.changed'; readonly launch: Launch }
  /** What keeps the host from launching anything is something else than before. `obstacle` is a sentence. */
  | { readonly type: 'launches.blocked'; readonly obstacle: string }
  /** The host can launch services again. */
  | { readonly type: 'launches.unblocked' }
  | ProbeEvent
  | ResumeEvent
  /** The host is shutting down and stops its services; the intention stays. */
  | { readonly type: 'host.drain' }
  /** The actor crashed too often and is quarantined; its process is left alone. */
  | { readonly type: 'supervisor.quarantine'; readonly reason: Reason };
