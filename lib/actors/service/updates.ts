import { isMet, type ServiceReport } from '../../model/policy/agent-state.ts';
import { startTimeoutMs } from '../../model/probe.ts';
import type { Executable, Launch, LaunchFailure, LaunchStatus, ProcessExit } from '../../model/process.ts';
import type { VersionPin } from '../../model/intention.ts';
import type { Reason } from '../../model/explain/reason.ts';
import {
  EMPTY_BUDGET,
  longestBackoff,
  recoveryDelay,
  unblockedDelay,
  type Verdict,
} from '../../model/policy/restart.ts';
import { seriesWith } from '../../model/policy/failure-series.ts';
import { isSame, launchesAlike, revisionOf } from '../../model/policy/revision.ts';
import type { DependencySpec, ServiceSpec } from '../../model/spec.ts';
import type { Instant } from '../../model/values/time.ts';
import { publicStateOf, type PublicState, type ServiceLeaf } from '../../model/states.ts';
import type { LastExit, ServiceContext } from './context.ts';
import type { HoldEvent, ResumeEvent, ServiceEvent } from './events.ts';
import { fallbackReason, isFallingBack, isStable, provenBy, refusalReason, rejected, type End } from './exits.ts';

type Change = Partial<ServiceContext>;

/** Adds the holder; a service without holders, or one that is an orphan, takes the spec of the event. */
export function held(context: ServiceContext, event: HoldEvent): Change {
  const others = context.holders.filter((holder) => holder !== 'orphan');
  const spec = others.length === 0 ? event.spec : context.spec;
  return { holders: [...others, event.holder], intended: 'running', spec };
}

/** The watchers including this one. */
export function watchedBy(context: ServiceContext, watcher: string): Change {
  return context.watchers.includes(watcher) ? {} : { watchers: [...context.watchers, watcher] };
}

/** A command clears earlier failures, so that it takes effect immediately (contract 6.1). */
export const FRESH: Change = {
  attempt: 'first',
  budget: EMPTY_BUDGET,
  reason: null,
  deadlineAt: null,
  afterStop: null,
  rejectedVersion: null,
};

/** The new spec. If a launch would give the process nothing new, the process already counts as the new revision. */
export function configured(context: ServiceContext, spec: ServiceSpec): Change {
  if (isSame(context.spec, spec)) return { spec };
  const [before, revision] = [revisionOf(context.spec), revisionOf(spec)];
  if (context.revision !== before) return { spec };
  return before === revision || launchesAlike(context.spec, spec) ? { spec, revision } : { spec };
}

/** What was accepted while the actor did not exist. */
export function resumed(context: ServiceContext, { intended, holders, spec, pin }: ResumeEvent): Change {
  return { ...(spec === null ? {} : configured(context, spec)), ...pinned(context, pin), intended, holders };
}

/** Another version is chosen. Whoever chooses knows what failed before, so no file counts as rejected. */
export function pinned(context: ServiceContext, pin: VersionPin | null): Change {
  if (pin?.version === context.pin?.version) return { pin };
  const { reason } = context;
  return { pin, rejectedVersion: null, reason: reason?.code === 'older_version' ? null : reason };
}

/**
 * The generation of a launch that never started is used up. The generation of any other launch is stored together with
 * its process or its end: if it were stored earlier, its end would count as processed and would never be reported.
 */
export function revokedNoted({ generation }: ServiceContext, { status }: ResumeEvent): Change {
  return status?.status === 'revoked' ? { generation: Math.max(generation, status.generation) } : {};
}

/** The deadline for the launch to count as started: by its startup probe, or by its settle time. */
function startDeadline({ probes: { startup }, settleMs }: ServiceSpec, launchedAt: Instant): Instant {
  return launchedAt + (startup === null ? settleMs : startTimeoutMs(startup));
}

/**
 * The way it counts as started has changed during the start. The new one applies immediately, with at least one check.
 */
export function startChanged({ launch, spec }: ServiceContext, now: Instant): Change {
  const launchedAt = Math.min(now, launch?.launchedAt ?? now);
  return { deadlineAt: Math.max(startDeadline(spec, launchedAt), oneCheckFrom(spec, now)) };
}

/** When one check of the startup probe from now on is over; 0: there is none. */
function oneCheckFrom({ probes: { startup } }: ServiceSpec, now: Instant): Instant {
  return startup === null ? 0 : now + startup.periodMs + startup.timeoutMs;
}

/** The process is running and has to stay up for its settle time. */
export function launched(context: ServiceContext, launch: Launch, now: Instant): Change {
  return {
    launch,
    generation: launch.generation,
    isAdopted: false,
    startedAt: null,
    deadlineAt: startDeadline(context.spec, Math.min(now, launch.launchedAt)), // the clock may just have been set back
    restarts: context.restarts + (context.attempt === 'first' ? 0 : 1),
  };
}

/**
 * A live process of an earlier host is supervised again. Nobody probed it in the meantime, so it gets at least one
 * check.
 */
export function adopted(context: ServiceContext, { status }: ResumeEvent, now: Instant): Change {
  if (status?.status !== 'alive') return {};
  const { launch } = status;
  const { executable, spec } = context;
  const isSame = context.launch?.launchId === launch.launchId;
  const found = { path: launch.executablePath, version: launch.version, fingerprint: '' };
  return {
    launch,
    generation: launch.generation,
    isAdopted: true,
    startedAt: isSame ? context.startedAt : null,
    // A launch in the future was made before the clock was set back.
    deadlineAt: Math.max(startDeadline(spec, Math.min(now, launch.launchedAt)), oneCheckFrom(spec, now)),
    executable: executable?.path === launch.executablePath ? executable : found,
  };
}

/** What a stored deadline ends. */
export type Wait = 'grace' | 'backoff' | 'recovery';

/**
 * A stored deadline is never further away than the whole delay it ends: the clock may have been set back in the
 * meantime.
 */
export function bounded({ deadlineAt, spec }: ServiceContext, wait: Wait, now: Instant): Change {
  const longestMs = {
    grace: spec.stop.graceMs,
    backoff: longestBackoff(spec.restart.backoff),
    recovery: recoveryDelay(spec.restart),
  }[wait];
  return deadlineAt === null || longestMs === null ? {} : { deadlineAt: Math.min(deadlineAt, now + longestMs) };
}

/** The exit of the launch has been processed; there is no longer a live process. */
export function ended(context: ServiceContext, end: End): Change {
  const { exit, generation, class: exitClass } = end;
  const lastExit = exit === null ? context.lastExit : lastExitOf(context, exit, { generation, class: exitClass });
  return {
    ...provenBy(context, end),
    launch: null,
    lastExit,
    generation: Math.max(context.generation, end.generation),
    reason: end.reason,
    deadlineAt: null,
    afterStop: null,
  };
}

function lastExitOf(
  { launch, revision }: ServiceContext,
  { code, signal, at, usage, because }: ProcessExit,
  which: Pick<LastExit, 'generation' | 'class'>,
): LastExit {
  const known = launch?.generation === which.generation ? launch : null;
  const uptimeMs = known === null ? null : Math.max(0, at - known.launchedAt);
  const launched = { version: known?.version ?? null, revision: known === null ? null : revision };
  return { code, signal, at, ...which, uptimeMs, ...launched, usage: usage ?? null, because: because ?? null };
}

/** What the verdict adds to an end: budget, deadline and reason. */
export function judged(context: ServiceContext, end: End, verdict: Verdict, now: Instant): Change {
  const change = { ...ended(context, end), ...withFailure(context, end, verdict), verdict: verdict.next };
  switch (verdict.next) {
    case 'complete':
      return { ...change, attempt: 'first', budget: EMPTY_BUDGET, reason: { code: 'completed', end: end.reason } };
    case 'retry':
      return { ...change, attempt: 'restart', budget: verdict.budget, deadlineAt: now + verdict.delayMs };
    case 'fall_back':
      return {
        ...change,
        ...rejected(context, { ...verdict.because, end: end.reason }),
        attempt: 'restart',
        budget: { ...verdict.budget, hasFallenBack: true },
      };
    case 'give_up': {
      const wait = verdict.recovers ? recoveryDelay(context.spec.restart) : null;
      const deadlineAt = wait === null ? null : now + wait;
      const reason = { ...verdict.because, end: end.reason };
      return { ...change, attempt: 'recovery', budget: verdict.budget, deadlineAt, reason };
    }
  }
}

/** The file of the next launch. One that a series falls back to has a budget of its own. */
export function chosen(context: ServiceContext, executable: Executable): Change {
  return isFallingBack(context) ? { executable, budget: { ...EMPTY_BUDGET, hasFallenBack: true } } : { executable };
}

/** There is no other file to fall back to: the service is given up, and not only its file. */
export function nothingToFallBackTo({ rejectedVersion, spec }: ServiceContext, now: Instant): Change {
  const wait = recoveryDelay(spec.restart);
  return {
    attempt: 'recovery',
    deadlineAt: wait === null ? null : now + wait,
    reason: rejectedVersion?.reason ?? null,
  };
}

/** Only a process that failed causes a group restart, not one that never ran or was ended by something else. */
function withFailure(context: ServiceContext, end: End, verdict: Verdict): Change {
  const isFailure = end.exit !== null && end.isBlameless !== true && verdict.next !== 'complete';
  if (!isFailure) return {};
  const failureSeries = seriesWith(context, end.generation, isStable(context, end.uptimeMs));
  return { failureCount: context.failureCount + 1, restartedBy: null, failureSeries };
}

/** A probe requires the process to stop; the restart policy decides after that. */
export function probeFailed(
  { spec, reason: last }: ServiceContext,
  kind: 'start_timeout' | 'probe',
  event: { readonly type: string },
): Change {
  const found = 'reason' in event && typeof event.reason === 'string' ? event.reason : null;
  const limitMs = spec.probes.startup === null ? 0 : startTimeoutMs(spec.probes.startup);
  const probe = kind === 'probe' ? 'liveness' : 'startup';
  const missed = last?.code === 'not_started' ? last.found : null;
  const reason: Reason =
    found === null ? { code: 'start_timeout', limitMs, found: missed } : { code: 'probe_failed', probe, found };
  return { reason, afterStop: { type: 'judge', class: kind, reason } };
}

/** A failure in its group stops the process, and another one is launched. */
export function restartedWithGroup({ failureCount }: ServiceContext, event: ServiceEvent): Change {
  if (event.type !== 'service.restart_with_group') return {};
  return {
    failureCount: failureCount + 1,
    restartedBy: event.by,
    reason: event.reason,
    afterStop: { type: 'again', failed: event.failed, reason: event.reason },
  };
}

/** The whole tree is gone after a stop; an exit that has not been processed yet is attributed to the stop. */
export function stopped(context: ServiceContext, status: LaunchStatus | null): Change {
  const change: Change = { launch: null, deadlineAt: null, reason: null, afterStop: null };
  if (status === null) return change;
  const generation = Math.max(context.generation, status.generation);
  const isThisRun = context.launch?.generation === status.generation;
  const isUnreported = isThisRun || status.generation > context.generation;
  if (status.status !== 'exited' || !isUnreported) return { ...change, generation };
  const { at, isKnown } = status.exit;
  const which = { generation: status.generation, class: isKnown ? 'stopped' : 'lost' } as const;
  const lastExit = lastExitOf(context, status.exit, which);
  const uptimeMs = isThisRun && context.startedAt !== null ? at - context.startedAt : null;
  return { ...change, ...provenBy(context, { generation: status.generation, uptimeMs }), generation, lastExit };
}

/** No file matches; the service waits for one without a deadline. */
export function missing(text: string): Change {
  return {
    reason: { code: 'executable_missing', text },
    executable: null,
    deadlineAt: null,
    attempt: 'first',
    launch: null,
  };
}

/** The file cannot be run. It may change, or become runnable without changing (a mount, an interpreter). */
export function refused(
  context: ServiceContext,
  { failure, generation }: { readonly failure: LaunchFailure; readonly generation: number },
  now: Instant,
): Change {
  const wait = recoveryDelay(context.spec.restart);
  const deadlineAt = wait === null ? null : now + wait;
  return { reason: refusalReason(failure), deadlineAt, attempt: 'first', launch: null, generation };
}

/** The host can launch nothing now; whatever else the service has behind it stays as it is. */
export function blocked({ spec }: ServiceContext, obstacle: string): Change {
  const text = `Service "${spec.id}" is not launched: ${obstacle}`;
  return { reason: refusalReason({ code: 'ESTORE', isPermanent: false, message: text }), deadlineAt: null };
}

/** The host can launch again. */
export function unblocked({ spec }: ServiceContext, at: { readonly now: Instant; readonly random: number }): Change {
  return { deadlineAt: at.now + unblockedDelay(spec.restart.backoff, at.random) };
}

/** It counts as started. */
export function started(context: ServiceContext, now: Instant): Change {
  return { startedAt: context.startedAt ?? now, deadlineAt: null, reason: fallbackReason(context) };
}

/** Notes whether a dependency is met. */
export function dependencyNoted(context: ServiceContext, report: ServiceReport): Change {
  const dependency = context.spec.dependsOn.find(({ serviceId }) => serviceId === report.serviceId);
  if (dependency === undefined) return {};
  return { dependencies: { ...context.dependencies, [report.serviceId]: isMet(dependency.condition, report) } };
}

/** Whether every dependency is met. */
export function dependenciesMet(context: ServiceContext): boolean {
  return context.spec.dependsOn.every((dependency) => context.dependencies[dependency.serviceId] === true);
}

/** The dependencies that are not met. */
export function unmet({
  spec,
  dependencies,
}: Pick<ServiceContext, 'spec' | 'dependencies'>): readonly DependencySpec[] {
  return spec.dependsOn.filter(({ serviceId }) => dependencies[serviceId] !== true);
}

/** Why it is waiting. */
export function waitingReason(context: ServiceContext): Reason {
  return { code: 'waiting', dependencies: unmet(context) };
}

/**
 * The report for the watchers about the service in this state; `state` is the public state, with or without its
 * substate.
 */
export function reportOf(context: ServiceContext, state: PublicState | ServiceLeaf): ServiceReport {
  const { spec, intended, holders, reason, failureCount, restartedBy } = context;
  const [isReady, isComplete] = [state === 'running.ready', state === 'stopped.completed'];
  const publicState = publicStateOf(state);
  const isLaunched = isComplete || (context.launch !== null && ['starting', 'running'].includes(publicState));
  const base = { serviceId: spec.id, state: publicState, intended, isLaunched, isReady, isComplete };
  return { ...base, holders, failureCount, restartedBy, reason };
}
