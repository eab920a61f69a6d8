import type { Acknowledgement, LastExit, ServiceContext } from '../../actors/service/context.ts';
import type { AgentStatusView, AgentView, ServiceStatusView } from '../../api/schemas/agent.ts';
import type { DescribedEventView, EventView } from '../../api/schemas/event.ts';
import type { ReloadView, ServiceChangeView } from '../../api/schemas/config.ts';
import type { PinView } from '../../api/schemas/version.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { describeEvent } from '../../model/explain/event-sentence.ts';
import { reasonText, type Reason, type ReasonCode } from '../../model/explain/reason.ts';
import type { JournalEntry } from '../../model/journal.ts';
import { FLAPPING_ABOVE, type Flapping } from '../../model/policy/flapping.ts';
import { restartsIn, type Reload, type ServiceChange } from '../../model/policy/reload.ts';
import { revisionOf } from '../../model/policy/revision.ts';
import { isVersionIn } from '../../model/policy/version.ts';
import type { GraphedService } from '../../model/policy/service-graph.ts';
import type { Doubt, Guarantees } from '../../model/process.ts';
import { stateOf } from '../../model/states.ts';
import type { Holder } from '../../model/values/ids.ts';
import { isoOf } from '../../model/values/time.ts';
import { type AgentSnapshot, type ServiceSnapshot } from '../actors.ts';

/** What the current deadline of a service is for. */
const NEXT_BY_SUBSTATE: Readonly<Partial<Record<string, string>>> = {
  'starting.settling': 'running',
  'starting.probing': 'start timeout',
  'stopping.terminating': 'kill',
  'backoff.waiting': 'start',
  'failed.exhausted': 'recovery',
  'failed.refused': 'recovery',
};

/** The agents among holders. */
export function agentsOf(holders: readonly Holder[]): readonly string[] {
  return holders.filter((holder) => holder.startsWith('agent:')).map((holder) => holder.slice(6));
}

/** The wire form of what the state of a service's actor says; `ofHost` are the guarantees of this host. */
export function serviceView(snapshot: ServiceSnapshot, ofHost: Guarantees): ServiceView {
  const { context } = snapshot;
  const { state, substate } = stateOf(snapshot.value);
  const what = NEXT_BY_SUBSTATE[`${state}.${substate ?? ''}`];
  return {
    id: context.spec.id,
    kind: context.spec.kind,
    agents: agentsOf(context.holders),
    state,
    intended_state: context.intended,
    substate,
    ready: state === 'running' ? substate === 'ready' : null,
    generation: context.launch?.generation ?? context.generation,
    pid: context.launch?.pid ?? null,
    place: context.launch?.place ?? null,
    version: context.executable?.version ?? null,
    executable: context.executable?.path ?? null,
    config_path: context.spec.configPath,
    restarts: context.restarts,
    started_at: context.launch === null ? null : isoOf(context.launch.launchedAt),
    since: isoOf(context.since),
    last_exit: context.lastExit === null ? null : lastExitView(context.lastExit),
    next: what === undefined || context.deadlineAt === null ? null : { what, at: isoOf(context.deadlineAt) },
    ...reasonView(context.reason),
    flapping: null,
    acknowledgement: acknowledgementView(context.acknowledgement),
    pin: pinView(context),
    adopted: context.isAdopted,
    doubt: null,
    orphan: context.holders.includes('orphan'),
    revision: revisionOf(context.spec),
    running_revision: context.launch === null ? null : context.revision,
    guarantees: {
      ...guaranteesView(context.launch?.guarantees ?? ofHost),
      // How log space is released depends on this host and its disk, not on who launched the process.
      lossless_rotation: ofHost.losslessRotation,
    },
  };
}

/** What is known of a service besides the state of its actor. */
export interface Observations {
  readonly flapping: Flapping | null;
  readonly doubt: Doubt | null;
  /** Whether it is not launched because of an orphan. */
  readonly isHeld: boolean;
  /** Sentences about ports that were taken when its process ended. */
  readonly busyPorts: readonly string[];
}

/** A view with the observations; without any it is the same object. */
export function observedView(view: ServiceView, { flapping, doubt, isHeld, busyPorts }: Observations): ServiceView {
  if (flapping === null && doubt === null && !isHeld && busyPorts.length === 0) return view;
  return {
    ...view,
    reason: busyPorts.length === 0 ? view.reason : [view.reason, ...busyPorts].join('; '),
    flapping: flappingView(flapping),
    doubt: doubt === null ? null : { since: isoOf(doubt.since), reason: doubt.reason },
    orphan: view.orphan || isHeld,
  };
}

function flappingView(flapping: Flapping | null): ServiceView['flapping'] {
  if (flapping === null) return null;
  const { restarts, isExact, since, until } = flapping;
  return { restarts, exact: isExact, since: isoOf(since), until: isoOf(until), threshold: FLAPPING_ABOVE };
}

function acknowledgementView(acknowledgement: Acknowledgement | null): ServiceView['acknowledgement'] {
  return acknowledgement === null ? null : { ...acknowledgement, at: isoOf(acknowledgement.at) };
}

/** The wire form of the version that a service is pinned to. */
export function pinView({ pin, spec }: Pick<ServiceContext, 'pin' | 'spec'>): PinView | null {
  if (pin === null) return null;
  return {
    ...pin,
    since: isoOf(pin.since),
    configured: spec.version,
    in_range: isVersionIn(pin.version, spec.version),
  };
}

function lastExitView({ at, uptimeMs, usage, ...rest }: LastExit): ServiceView['last_exit'] {
  return { ...rest, at: isoOf(at), uptime_ms: uptimeMs, max_rss: usage?.maxRss ?? null, cpu_ms: usage?.cpuMs ?? null };
}

/** The part of a service view that the status of an agent includes. */
export function serviceStatusView(snapshot: ServiceSnapshot): ServiceStatusView {
  const { context } = snapshot;
  return {
    id: context.spec.id,
    state: stateOf(snapshot.value).state,
    intended_state: context.intended,
    config_path: context.spec.configPath,
    pid: context.launch?.pid ?? null,
    place: context.launch?.place ?? null,
    version: context.executable?.version ?? null,
    restarts: context.restarts,
  };
}

/** The last status of a service that is gone now. */
export function goneStatus(last: ServiceSnapshot): ServiceStatusView {
  return { ...serviceStatusView(last), state: 'stopped', intended_state: 'stopped', pid: null, place: null };
}

/** The status of a service of which nothing is known any longer. */
export function statusOfForgotten(id: string): ServiceStatusView {
  const nothing = { config_path: null, pid: null, place: null, version: null, restarts: 0 };
  return { id, state: 'stopped', intended_state: 'stopped', ...nothing };
}

/** The data that a graph of services is built from. */
export function graphedService({ value, context: { spec, holders } }: ServiceSnapshot): GraphedService {
  const state = stateOf(value).state;
  return { id: spec.id, kind: spec.kind, state, agents: agentsOf(holders), dependsOn: spec.dependsOn };
}

/** A reason on the wire: a sentence for people, a code for programs. */
export function reasonView(reason: Reason | null): {
  readonly reason: string | null;
  readonly reason_code: ReasonCode | null;
} {
  return { reason: reasonText(reason), reason_code: reason?.code ?? null };
}

/** The wire form of an agent. */
export function agentView({ value, context }: AgentSnapshot): AgentView {
  return {
    id: context.plan.id,
    type: context.plan.type,
    state: stateOf(value).state,
    intended_state: context.intended,
    config_path: context.plan.configPath,
    services: context.plan.services.map((spec) => spec.id),
    since: isoOf(context.since),
    ...reasonView(context.reason),
  };
}

/** The status of an agent; `services` are the snapshots of the existing services of its plan. */
export function agentStatusView(agent: AgentSnapshot, services: readonly ServiceSnapshot[]): AgentStatusView {
  const { id, state, intended_state, config_path } = agentView(agent);
  const statuses = services.map((service) => [service.context.spec.kind, serviceStatusView(service)] as const);
  return { id, state, intended_state, config_path, service_statuses: Object.fromEntries(statuses) };
}

/** The status of an unknown agent. */
export function unknownAgentStatus(id: string): AgentStatusView {
  return { id, state: 'stopped', intended_state: 'stopped', config_path: null, service_statuses: {} };
}

/** The wire form of a journal entry; fields that do not apply are absent. */
export function eventView(entry: JournalEntry): EventView {
  return {
    seq: entry.seq,
    at: isoOf(entry.at),
    type: entry.type,
    ...(entry.agentId === null ? {} : { agent_id: entry.agentId }),
    ...(entry.serviceId === null ? {} : { service_id: entry.serviceId }),
    ...(entry.from === null ? {} : { from: entry.from }),
    ...(entry.to === null ? {} : { to: entry.to }),
    cause: entry.cause,
    correlation_id: entry.correlationId,
    ...entry.source,
    ...(entry.repeated === undefined ? {} : { repeated: entry.repeated }),
    detail: entry.detail,
  };
}

/** The same in a page of the journal. */
export function describedEventView(entry: JournalEntry): DescribedEventView {
  return { ...eventView(entry), sentence: describeEvent(entry) };
}

/** The wire form of what a new configuration does to a service. */
export function serviceChangeView({ serviceId, ...change }: ServiceChange): ServiceChangeView {
  return { service_id: serviceId, ...change };
}

/** The wire form of a reload. */
export function reloadView({ isApplied, changes, settings, skipped, revision }: Reload): ReloadView {
  return {
    applied: isApplied,
    revision,
    changes: changes.map(serviceChangeView),
    restarts: restartsIn(changes),
    settings: settings.map(({ agentId, keys }) => ({ agent_id: agentId, keys })),
    skipped: skipped.map(({ agentId, reason }) => ({ agent_id: agentId, reason })),
  };
}

export function guaranteesView(guarantees: Guarantees): ServiceView['guarantees'] {
  return {
    exact_exit: guarantees.exactExit,
    tree_complete: guarantees.treeComplete,
    lossless_rotation: guarantees.losslessRotation,
    separate_streams: guarantees.separateStreams,
    output_buffer: guarantees.outputBuffer,
  };
}
