import type { AnyMachineSnapshot } from 'xstate';
import type { AgentContext } from '../../actors/agent/context.ts';
import type { LastExit, ServiceContext } from '../../actors/service/context.ts';
import type { Cause } from '../../model/causes.ts';
import type { Reason } from '../../model/explain/reason.ts';
import { processDetail, type Launch } from '../../model/process.ts';
import type { JournalDraft } from '../../model/journal.ts';
import { stateOf, type Standing, type StateValue } from '../../model/states.ts';
import type { Instant } from '../../model/values/time.ts';
import type { CommandOrigin } from '../control.ts';
import { reasonView } from '../queries/views.ts';

/** The part of a snapshot that the journal compares: from the live snapshot, which never changes. */
export interface Seen {
  readonly src: 'service' | 'agent';
  readonly snapshot: AnyMachineSnapshot;
}

/** The events between two snapshots of one actor; `before` is null for a new actor. */
export function eventsBetween(before: Seen | null, after: Seen, cause: Cause, at: Instant): readonly JournalDraft[] {
  return after.src === 'service' ? serviceEvents(before, after, cause, at) : agentEvents(before, after, cause, at);
}

function serviceEvents(before: Seen | null, after: Seen, cause: Cause, at: Instant): readonly JournalDraft[] {
  const context = after.snapshot.context as ServiceContext; // what the machine of that src keeps
  const past = before === null ? null : (before.snapshot.context as ServiceContext); // likewise
  const base = {
    at,
    agentId: context.spec.agentId,
    serviceId: context.spec.id,
    cause,
    correlationId: context.correlationId,
    from: null,
    to: null,
  };
  const events: JournalDraft[] = [];
  if (past === null) return events; // the first snapshot of an actor is no event: it was restored or created
  // A launch remains the same object while it is unchanged: a new object was launched, or adopted by this host.
  if (context.launch !== null && context.launch !== past.launch) {
    const { generation, version, executablePath } = context.launch;
    const process = processDetail(context.launch);
    const type = context.isAdopted ? 'process.adopted' : 'process.launched';
    const detail = { ...process, generation, version, executable: executablePath };
    if (cause !== 'process.changed') events.push({ ...base, type, detail });
    if (cause === 'process.changed' || hasLostShim(past.launch, context.launch)) {
      const lost = { ...process, generation, version };
      events.push({ ...base, correlationId: null, type: 'process.shim_lost', detail: lost }); // by no command
    }
  }
  if (context.lastExit !== null && context.lastExit !== past.lastExit) {
    const { code, signal, generation, class: exitClass, because } = context.lastExit;
    const detail = { code, signal, generation, class: exitClass, ...(because === null ? {} : { because }) };
    events.push({ ...base, type: 'process.exited', detail, ...endedIn(past, context.lastExit) });
  }
  events.push(...fallbackEvent(past, context, base));
  const { generation, reason, afterStop } = context;
  const sibling =
    cause === 'service.restart_with_group' && afterStop?.type === 'again' ? { failed: afterStop.failed } : {};
  return events.concat(
    stateEvent(before, after, base, reason, { generation, ...sibling }),
    readinessEvent(before, after, base, { generation, ...reasonView(reason), ...foundBy(reason) }),
  );
}

function endedIn({ launch, spec }: ServiceContext, { generation, at }: LastExit): Pick<JournalDraft, 'ended'> {
  if (launch?.generation !== generation) return {};
  const { serviceId, pid, place, launchedAt } = launch;
  return { ended: { serviceId, generation, pid, place, uptimeMs: Math.max(0, at - launchedAt), env: spec.env } };
}

/** Whether the shim died while no host was running, as an adopting host finds. */
function hasLostShim(past: Launch | null, now: Launch): boolean {
  return past?.launchId === now.launchId && past.guarantees.exactExit && !now.guarantees.exactExit;
}

/** The event that another file was chosen in place of a rejected one; only now is it known which. */
function fallbackEvent(
  past: ServiceContext,
  { rejectedVersion, executable }: ServiceContext,
  base: Omit<JournalDraft, 'type' | 'detail'>,
): readonly JournalDraft[] {
  if (rejectedVersion === null || executable === null) return [];
  if (past.executable?.path !== rejectedVersion.path || executable.path === rejectedVersion.path) return [];
  const { path, version, reason } = rejectedVersion;
  const detail = { from: version ?? path, to: executable.version ?? executable.path, ...reasonView(reason) };
  return [{ ...base, type: 'service.fell_back', detail }];
}

function agentEvents(before: Seen | null, after: Seen, cause: Cause, at: Instant): readonly JournalDraft[] {
  const context = after.snapshot.context as AgentContext; // what the machine of that src keeps
  const { correlationId } = context;
  const base = { at, agentId: context.plan.id, serviceId: null, cause, correlationId, from: null, to: null };
  return stateEvent(before, after, base, context.reason, {});
}

function stateEvent(
  before: Seen | null,
  after: Seen,
  base: Omit<JournalDraft, 'type' | 'detail'>,
  reason: Reason | null,
  more: Readonly<Record<string, unknown>>,
): JournalDraft[] {
  const now = stateIn(after);
  const past = before === null ? null : stateIn(before);
  if (past === null || past.state === now.state) return [];
  const detail = { substate: now.substate, ...reasonView(reason), ...more };
  return [{ ...base, type: `${after.src}.state_changed`, from: past.state, to: now.state, detail }];
}

/** Within `running`: whether it can serve. */
function readinessEvent(
  before: Seen | null,
  after: Seen,
  base: Omit<JournalDraft, 'type' | 'detail'>,
  detail: JournalDraft['detail'],
): JournalDraft[] {
  const now = stateIn(after);
  const past = before === null ? null : stateIn(before);
  if (past?.state !== 'running' || now.state !== 'running' || past.substate === now.substate) return [];
  return [{ ...base, type: 'service.readiness_changed', from: past.substate, to: now.substate, detail }];
}

function stateIn({ snapshot }: Seen): Standing {
  return stateOf(snapshot.value as StateValue); // of a service or an agent
}

/** The finding of a readiness probe, without the sentence around it. */
function foundBy(reason: Reason | null): { readonly found?: string | null } {
  return reason?.code === 'not_ready' ? { found: reason.found } : {};
}

/** An event about the host itself. */
export function hostEvent(type: string, at: Instant, detail: JournalDraft['detail']): JournalDraft {
  const nobody = { agentId: null, serviceId: null, from: null, to: null, correlationId: null };
  return { ...nobody, at, type, cause: 'host', detail };
}

/** The event that the host became degraded, with the reasons, or healthy. */
export function healthEvent(reasons: readonly string[], at: Instant): JournalDraft {
  const [from, to] = reasons.length === 0 ? ['degraded', 'healthy'] : ['healthy', 'degraded'];
  return { ...hostEvent('host.health_changed', at, { reasons }), from, to };
}

/** The fields of an event that records a command. */
export function ofCommand({
  correlationId,
  source,
  cause = 'command',
}: CommandOrigin): Pick<JournalDraft, 'cause' | 'correlationId' | 'source'> {
  return { cause, correlationId, ...(source === undefined ? {} : { source }) };
}
