import type { ServiceReport } from '../../model/agent-state.ts';
import type { Holder, LaunchId } from '../../model/ids.ts';
import type { ProcessExit, ProcessFacts } from '../../model/process.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import type { Intended } from '../../model/wish.ts';

interface Command {
  /** On every journal entry that follows from it. */
  readonly correlationId: string | null;
}

/** A holder wants the service up; the holder is also told of every change. Again: answers with a report only. */
export interface ClaimEvent extends Command {
  readonly type: 'service.claim';
  readonly holder: Holder;
  /** Taken over if nobody else holds the service; the next launch uses it. */
  readonly spec: ServiceSpec;
}

/** Brings an actor back to work after a restart of the host, with the truth about wishes and processes. */
export interface ResumeEvent {
  readonly type: 'host.resume';
  readonly intended: Intended;
  readonly holders: readonly Holder[];
  readonly facts: ProcessFacts | null;
}

/** Everything a service actor can be told. Commands are imperative, facts past tense. */
export type ServiceEvent =
  | ClaimEvent
  | (Command & { readonly type: 'service.release'; readonly holder: Holder })
  | (Command & { readonly type: 'service.start' | 'service.stop' | 'service.restart' })
  /** A new revision of the spec: policies hold at once, the rest from the next launch on. */
  | { readonly type: 'service.configure'; readonly spec: ServiceSpec }
  /** The sender wants reports of every change, and one now. */
  | { readonly type: 'service.watch'; readonly watcher: string }
  /** A dependency of this service changed. */
  | { readonly type: 'service.changed'; readonly report: ServiceReport }
  | { readonly type: 'process.exited'; readonly launchId: LaunchId; readonly exit: ProcessExit }
  | ResumeEvent
  /** The host leaves and takes its services with it; the wish stays. */
  | { readonly type: 'host.drain' }
  /** The actor broke too often; it is kept aside with its process untouched. */
  | { readonly type: 'supervisor.park'; readonly reason: string };
