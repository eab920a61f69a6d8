import type { Reason } from '../../model/explain/reason.ts';
import { isExecutablePath } from '../../model/policy/version.ts';
import { classifyExit, isUsedUp, judgeEnding, type Ending, type Verdict } from '../../model/policy/restart.ts';
import {
  isBlameless,
  isHostFaultError,
  type BlockedLaunch,
  type ExecutableChoice,
  type LaunchFailure,
  type LaunchOutcome,
  type ProcessExit,
  type LaunchStatus,
} from '../../model/process.ts';
import type { Instant, Millis } from '../../model/values/time.ts';
import type { Fallback } from '../../ports/catalog.ts';
import type { ServiceContext } from './context.ts';
import type { ServiceEvent, UnreportedExit } from './events.ts';

/** An end that the service has to process: what it was, of which generation, and why. */
export interface End extends Ending {
  readonly generation: number;
  readonly exit: ProcessExit | null;
  readonly reason: Reason;
}

/** An event of the chart, or one of XState's own, which report that an effect finished or failed. */
interface AnyEvent {
  readonly type: string;
}

function outputOf(event: AnyEvent): unknown {
  return 'output' in event ? event.output : undefined;
}

// The output of an effect; each is called only where the effect with that output has finished.
export const choiceIn = (event: AnyEvent) => outputOf(event) as ExecutableChoice;
export const outcomeIn = (event: AnyEvent) => outputOf(event) as LaunchOutcome | BlockedLaunch;
export const statusIn = (event: AnyEvent) => outputOf(event) as LaunchStatus | null;

/** What keeps the host from launching anything, as an event reports it; null: it reports nothing of the kind. */
export function obstacleIn(event: AnyEvent): string | null {
  if (event.type === 'launches.blocked') return 'obstacle' in event ? String(event.obstacle) : null;
  if (event.type !== 'xstate.done.actor.launchProcess') return null;
  const outcome = outcomeIn(event);
  return outcome.type === 'blocked' ? outcome.obstacle : null;
}

/** The end that an event reports; null: it reports none that still has to be processed. */
export function endIn(context: ServiceContext, event: AnyEvent, now: Instant): End | null {
  switch (event.type) {
    case 'process.exited':
    case 'resume.ended':
      return endOfProcess(context, event as ServiceEvent); // as the two types say
    case 'xstate.done.actor.launchProcess': {
      const outcome = outcomeIn(event);
      return outcome.type === 'refused' ? endOfRefusal(outcome.failure, outcome.generation) : null;
    }
    case 'xstate.done.actor.stopTree':
      return endOfFailedProbe(context, statusIn(event), now);
    default:
      return event.type.startsWith('xstate.error.actor.')
        ? endOfError(context, 'error' in event ? event.error : undefined)
        : null;
  }
}

/**
 * The end of a process that ended while no host was watching: a recorded exit that the context has not processed yet,
 * or a process known neither to a record nor to the kernel. Null: there is nothing to process.
 */
export function unreportedExit(
  context: Pick<ServiceContext, 'launch' | 'generation'>,
  status: LaunchStatus | null,
  now: Instant,
): UnreportedExit | null {
  const { launch } = context;
  const isUnreported = status !== null && status.generation > context.generation;
  const isAwaited = launch !== null && status?.generation === launch.generation;
  if (status?.status === 'exited' && (isUnreported || isAwaited))
    return { generation: status.generation, exit: status.exit };
  if (launch === null || status?.status === 'alive' || isUnreported) return null;
  return { generation: launch.generation, exit: { code: null, signal: null, at: now, isKnown: false } };
}

/** What an exit of that generation means for the service. */
export function endOf(context: ServiceContext, { generation, exit }: UnreportedExit): End {
  const isThisRun = context.launch?.generation === generation;
  const uptimeMs = isThisRun && context.startedAt !== null ? Math.max(0, exit.at - context.startedAt) : null;
  const { code: exitCode, signal, isKnown, isBlameless = false, because = null } = exit;
  const reason = { code: 'exited', exitCode, signal, isKnown, because, hasStarted: uptimeMs !== null } as const;
  return { class: classifyExit(exit, context.spec.restart), uptimeMs, generation, exit, reason, isBlameless };
}

function endOfProcess(context: ServiceContext, event: ServiceEvent): End | null {
  if (event.type === 'resume.ended') return endOf(context, event.ended);
  if (event.type !== 'process.exited' || context.launch?.launchId !== event.launchId) return null;
  return endOf(context, { generation: context.launch.generation, exit: event.exit });
}

/** A launch that was refused but may succeed another time. */
function endOfRefusal(failure: LaunchFailure, generation: number): End {
  const reason = refusalReason(failure);
  const ending = { class: 'spawn_transient', uptimeMs: null, isBlameless: isBlameless(failure) } as const;
  return { ...ending, generation, exit: null, reason };
}

/**
 * A failed effect: a bug stays confined to this service and counts as a failed launch; a fault of the host does not
 * count.
 */
function endOfError(context: ServiceContext, error: unknown): End {
  const text = error instanceof Error ? error.message : String(error);
  const reason = { code: 'effect_failed', text } as const;
  const { generation } = context;
  const ending = { class: 'spawn_transient', uptimeMs: null, isBlameless: isHostFaultError(error) } as const;
  return { ...ending, generation, exit: null, reason };
}

/** The end of a process that was stopped because of a probe; null if the stop in progress has another reason. */
function endOfFailedProbe(context: ServiceContext, status: LaunchStatus | null, now: Instant): End | null {
  const { afterStop, intended, launch, startedAt } = context;
  if (afterStop?.type !== 'judge' || intended === 'stopped') return null;
  const exit = status?.status === 'exited' ? status.exit : null;
  const isStarted = afterStop.class === 'probe' && startedAt !== null;
  const uptimeMs = isStarted ? Math.max(0, (exit?.at ?? now) - startedAt) : null;
  const generation = launch?.generation ?? context.generation;
  return { class: afterStop.class, uptimeMs, generation, exit, reason: afterStop.reason };
}

/** What follows an end according to the restart policy. `random` in [0, 1) is the jitter of the backoff. */
export function verdictOn(context: ServiceContext, end: End, at: { now: Instant; random: number }): Verdict {
  const { spec, budget, attempt } = context;
  return judgeEnding(spec.restart, end, { budget, attempt, hasFallback: hasFallback(context) }, at);
}

/** Why a launch was refused. */
export function refusalReason({ code: error, message: text }: LaunchFailure): Reason {
  return { code: 'launch_refused', error, text };
}

/** Whether a launch that was in `running` for that time had become stable. */
export function isStable({ spec }: ServiceContext, uptimeMs: Millis | null): boolean {
  return uptimeMs !== null && uptimeMs >= spec.restart.backoff.resetAfterMs;
}

/** What a launch has proven that stayed up for the backoff's reset time: its file is one to fall back to. */
export function provenBy(
  context: ServiceContext,
  { generation, uptimeMs }: Pick<End, 'generation' | 'uptimeMs'>,
): Partial<ServiceContext> {
  const { executable, startedAt, spec } = context;
  if (startedAt === null || !isStable(context, uptimeMs)) return {};
  const lastStable = { generation, at: startedAt + spec.restart.backoff.resetAfterMs };
  if (executable === null) return { lastStable };
  return { lastStable, lastGoodVersion: { path: executable.path, version: executable.version } };
}

/**
 * Whether a file other than the launched one was stable before. Never if the spec gives the file by its path, or a person
 * has chosen the version.
 */
export function hasFallback({ spec, pin, lastGoodVersion, executable }: ServiceContext): boolean {
  if (isExecutablePath(spec.executable) || pin !== null) return false;
  return lastGoodVersion !== null && executable !== null && lastGoodVersion.path !== executable.path;
}

/** Gives up the launched file, not the service. */
export function rejected({ executable }: ServiceContext, reason: Reason): Partial<ServiceContext> {
  return executable === null ? {} : { rejectedVersion: { ...executable, reason }, reason };
}

/** Whether the launched file was given up, and no other one has been chosen since. */
export function isFallingBack({ attempt, budget, rejectedVersion, spec }: ServiceContext): boolean {
  return rejectedVersion !== null && attempt === 'restart' && isUsedUp(budget, spec.restart);
}

/** Whether the search for a file to fall back to found nothing but the file that was given up. */
export function findsOnlyRejected(context: ServiceContext, choice: ExecutableChoice): boolean {
  const isRejected = choice.type === 'found' && choice.executable.fingerprint === context.rejectedVersion?.fingerprint;
  return isRejected && isFallingBack(context);
}

/** Why an older version runs than the newest; null: it does not. */
export function fallbackReason({ rejectedVersion, lastGoodVersion, executable }: ServiceContext): Reason | null {
  if (
    rejectedVersion === null ||
    executable?.path === rejectedVersion.path ||
    executable?.path !== lastGoodVersion?.path
  )
    return null;
  const [running, rejected] = [nameOf(executable), nameOf(rejectedVersion)];
  return { code: 'older_version', running, rejected, because: rejectedVersion.reason };
}

/** What discovery needs to know about failed files. */
export function fallbackOf({ rejectedVersion, lastGoodVersion }: ServiceContext): { readonly fallback?: Fallback } {
  if (rejectedVersion === null || lastGoodVersion === null) return {};
  return { fallback: { rejected: rejectedVersion.fingerprint, lastGoodPath: lastGoodVersion.path } };
}

function nameOf(release: { readonly path: string; readonly version: string | null } | null | undefined): string {
  return release?.version ?? release?.path ?? 'an older version';
}
