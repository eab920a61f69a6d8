import { exitIn, exitOf, parseFields, type ExitRecord } from '../../launching/exit-record.ts';
import { failureOf } from '../../launching/launch-failure.ts';
import { signalName } from '../../launching/signal-names.ts';
import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure, ProcessExit } from '../../model/process.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Pod, TerminatedState } from '../api/objects.ts';
import { isDeleted, isOver, isRunning, terminatedOf } from './pod-state.ts';

/** `refused`: its program never ran. */
export type PodEnd =
  | { readonly type: 'exited'; readonly exit: ProcessExit }
  | { readonly type: 'refused'; readonly failure: LaunchFailure };

/** What is known of a launch besides its pod. */
export interface EndedLaunch {
  readonly launchId: LaunchId;
  readonly executablePath: string;
  readonly cwd: string;
  readonly intendedAt: number;
  readonly now: number;
  /** Its program has run, as far as is known without its end. */
  readonly hasRun: boolean;
  /** The host itself is stopping it. */
  readonly isStopping: boolean;
}

/** Reasons of a pod whose end is no fault of its program. */
const TAKEN_AWAY: Readonly<Partial<Record<string, string>>> = {
  Evicted: 'its pod was evicted',
  NodeShutdown: 'its node was shut down',
  Shutdown: 'its node was shut down',
  Terminated: 'its node was shut down',
  NodeAffinity: 'its node no longer fits it',
  NodeLost: 'its node was lost',
  Preempting: 'its pod was preempted by another one',
  Preempted: 'its pod was preempted by another one',
};
const NODE_RESTARTED = 'its node was restarted';
const OUT_OF_MEMORY = 'it ran out of memory';
const DELETED = 'its pod was deleted';
/** The pod is gone, and nobody saw how its program ended. */
export const REMOVED = 'its pod was removed';
const UNSEEN = 'Kubernetes lost the state of its container';

const SIGKILL = 9;
/** Exit codes above are 128 and a signal; there are 64 signals. */
const SIGNALLED = 128;
const LAST_SIGNAL = 64;

/** How the launch of a pod ended; null: it has not, or that is not yet known. */
export function endOf(pod: Pod, launch: EndedLaunch): PodEnd | null {
  if (!isOver(pod) || isRunning(pod)) return null;
  const state = terminatedOf(pod);
  return state === null ? withoutContainer(pod, launch) : ofContainer(pod, state, launch);
}

function ofContainer(pod: Pod, state: TerminatedState, launch: EndedLaunch): PodEnd {
  const record = recordOf(state, launch.launchId);
  if (record !== null && record.execErrno !== 0) return { type: 'refused', failure: refusalIn(record, launch) };
  if (record === null && isStartError(state)) return { type: 'refused', failure: startFailure(state, launch) };
  const at = endedAt(record?.endedAt ?? instantIn(state.finishedAt), launch);
  if (record !== null) {
    const exit = { ...exitOf(record, { now: () => at, random: () => 0 }), at };
    return { type: 'exited', exit: { ...exit, ...causeOf(pod, state, exit.signal, launch) } };
  }
  const lost = lostBecause(state);
  if (lost !== null) return { type: 'exited', exit: { ...unknownAt(at), isBlameless: true, because: lost } };
  const isSignal = state.exitCode > SIGNALLED && state.exitCode <= SIGNALLED + LAST_SIGNAL;
  const signal = state.reason === 'OOMKilled' ? 'SIGKILL' : isSignal ? signalName(state.exitCode - SIGNALLED) : null;
  const exit = { code: signal === null ? state.exitCode : null, signal, at, isKnown: true };
  return { type: 'exited', exit: { ...exit, ...causeOf(pod, state, signal, launch) } };
}

/** The shim's own record, which the container's runtime keeps; null: there is none, or it is of another launch. */
function recordOf({ message }: TerminatedState, launchId: LaunchId): ExitRecord | null {
  const fields = message === undefined ? null : parseFields(message);
  return fields?.['launch'] === launchId ? exitIn(fields) : null;
}

function refusalIn({ refusal, execErrno }: ExitRecord, launch: EndedLaunch): LaunchFailure {
  const step = refusal?.step ?? 'exec';
  return failureOf(step, refusal?.errno ?? execErrno, subjectOf(step, refusal?.limit, launch));
}

function subjectOf(step: string, limit: string | undefined, launch: EndedLaunch): string {
  if (step === 'limits') return limit ?? '';
  return step === 'cwd' ? launch.cwd : launch.executablePath;
}

/** Out of memory is the program's own doing; what takes its pod away is not. */
function causeOf(
  pod: Pod,
  state: TerminatedState,
  signal: string | null,
  { isStopping }: EndedLaunch,
): Pick<ProcessExit, 'isBlameless' | 'because'> {
  if (state.reason === 'OOMKilled' && (signal === null || signal === signalName(SIGKILL)))
    return { because: OUT_OF_MEMORY };
  const taken = takenBecause(pod);
  if (isStopping) return {};
  if (taken !== null) return { isBlameless: true, because: taken };
  return isDeleted(pod) ? { isBlameless: true, because: DELETED } : {};
}

/** The reason of a pod that was taken away; null: it was not. */
function takenBecause({ status }: Pod): string | null {
  const named = TAKEN_AWAY[status?.reason ?? ''];
  if (named !== undefined) return named;
  const disruption = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  if (disruption?.status !== 'True') return null;
  return TAKEN_AWAY[disruption.reason ?? ''] ?? `its pod was disrupted (${disruption.reason ?? 'unknown reason'})`;
}

/** Codes that nobody saw: a real 255 has the reason `Error` (k8s 122932, 122160). */
function lostBecause({ reason, exitCode }: TerminatedState): string | null {
  if (reason === 'ContainerStatusUnknown') return UNSEEN;
  return reason === 'Unknown' && exitCode === 255 ? NODE_RESTARTED : null;
}

function isStartError({ reason, exitCode }: TerminatedState): boolean {
  return exitCode === SIGNALLED && (reason === 'StartError' || reason === 'ContainerCannotRun');
}

/** The runtime could not start the shim; what it says is the only hint. */
function startFailure({ message = '' }: TerminatedState, { cwd }: EndedLaunch): LaunchFailure {
  const isPermanent = /no such file|permission denied|not a directory|exec format error/i.test(message);
  const reason = message.trim().split('\n').at(-1) ?? '';
  return {
    code: 'ESTART',
    isPermanent,
    message: `The container cannot be started in "${cwd}": ${reason === '' ? 'no reason was given' : reason}.`,
  };
}

/** It ended, and no container says how (k8s 105467). */
function withoutContainer(pod: Pod, launch: EndedLaunch): PodEnd {
  const taken = takenBecause(pod);
  const { reason, message } = pod.status ?? {};
  if (!launch.hasRun) {
    const why = message ?? taken ?? (isDeleted(pod) ? DELETED : (reason ?? 'no reason was given'));
    return { type: 'refused', failure: transient('EPLACE', `Its pod ended before its program ran: ${why}.`) };
  }
  const because = taken ?? (isDeleted(pod) ? DELETED : UNSEEN);
  return { type: 'exited', exit: { ...unknownAt(endedAt(null, launch)), isBlameless: true, because } };
}

/** The end of a launch whose pod is gone. */
export function removedAt(now: number): ProcessExit {
  return { ...unknownAt(now), isBlameless: true, because: REMOVED };
}

function unknownAt(at: number): ProcessExit {
  return { code: null, signal: null, at, isKnown: false };
}

/** Of the node, in whole seconds; null: it says none, or year 1 (k8s 122160). */
function instantIn(text: string | null | undefined): number | null {
  const instant = Date.parse(text ?? '');
  return Number.isNaN(instant) || instant <= 0 ? null : instant;
}

/** The clock of a node may be wrong: the end was after the intent, and before now. */
function endedAt(at: number | null, { intendedAt, now }: EndedLaunch): number {
  return Math.min(Math.max(at ?? now, intendedAt), now);
}
