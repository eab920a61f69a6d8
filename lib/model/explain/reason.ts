import type { GivenUp } from '../policy/restart.ts';
import type { AgentPlan, DependencySpec } from '../spec.ts';
import { inWords, type PublicState } from '../states.ts';
import type { ServiceId } from '../values/ids.ts';
import type { Millis } from '../values/time.ts';
import { clauseOf } from './clause.ts';

/**
 * Why a service or an agent is in its state: a code with its fields. Reasons are stored and passed on in this form and
 * become a sentence only where somebody reads them ({@link reasonText}).
 */
export type Reason =
  /** A sentence stored by version 0.1.0. */
  | { readonly code: 'text'; readonly text: string }
  | { readonly code: 'waiting'; readonly dependencies: readonly DependencySpec[] }
  /** `text` says where the host looked. */
  | { readonly code: 'executable_missing'; readonly text: string }
  /** `error` is an error code of the system or the host, such as `EACCES`. */
  | { readonly code: 'launch_refused'; readonly error: string; readonly text: string }
  | { readonly code: 'effect_failed'; readonly text: string }
  | ExitReason
  /** `found` is what the last failed check of the startup probe found; null: no check has failed. */
  | { readonly code: 'start_timeout'; readonly limitMs: Millis; readonly found: string | null }
  /** It is starting, and its startup probe has found this so far. */
  | { readonly code: 'not_started'; readonly found: string }
  | { readonly code: 'probe_failed'; readonly probe: 'startup' | 'liveness'; readonly found: string }
  /** `found` is what the readiness probe found; null if it has not passed yet. */
  | { readonly code: 'not_ready'; readonly found: string | null }
  | { readonly code: 'older_version'; readonly running: string; readonly rejected: string; readonly because: Reason }
  | { readonly code: 'group_restart'; readonly failed: ServiceId; readonly strategy: AgentPlan['strategy'] }
  | { readonly code: 'stop_failed' }
  /** Only a process that no record explains makes the service known. */
  | { readonly code: 'orphan'; readonly text: string }
  | { readonly code: 'set_aside' }
  | { readonly code: 'completed'; readonly end: Reason }
  | (GivenUp & { readonly end: Reason })
  /** For an agent: the service that decides its state. */
  | {
      readonly code: 'service';
      readonly serviceId: ServiceId;
      readonly state: PublicState;
      readonly because: Reason | null;
    }
  | { readonly code: 'stopped_by_hand' };

/** How a process ended. `hasStarted`: it had counted as started. */
export interface ExitReason {
  readonly code: 'exited';
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly isKnown: boolean;
  /** What ended it besides its own doing, see ProcessExit; null: nothing else is known. */
  readonly because: string | null;
  readonly hasStarted: boolean;
}

export type ReasonCode = Reason['code'];

/** Every code; the compiler checks the list against the type. */
const CODES: Readonly<Record<ReasonCode, true>> = {
  text: true,
  orphan: true,
  waiting: true,
  executable_missing: true,
  launch_refused: true,
  effect_failed: true,
  exited: true,
  start_timeout: true,
  not_started: true,
  probe_failed: true,
  not_ready: true,
  older_version: true,
  group_restart: true,
  stop_failed: true,
  set_aside: true,
  completed: true,
  restarts_exhausted: true,
  policy_never: true,
  recovery_failed: true,
  service: true,
  stopped_by_hand: true,
};
export const REASON_CODES = Object.keys(CODES) as readonly ReasonCode[]; // it has no other keys

/** The reason as a sentence without capital and, where it is ours, without full stop; null if there is none. */
export function reasonText(reason: Reason): string;
export function reasonText(reason: Reason | null): string | null;
export function reasonText(reason: Reason | null): string | null {
  if (reason === null) return null;
  switch (reason.code) {
    case 'text':
    case 'orphan':
    case 'executable_missing':
    case 'launch_refused':
    case 'effect_failed':
      return reason.text;
    case 'waiting':
      return `is waiting until ${reason.dependencies.map(awaited).join(' and ')}`;
    case 'exited':
      return exitText(reason);
    case 'start_timeout':
      return `its startup probe did not pass within ${reason.limitMs / 1000} s${reason.found === null ? '' : `: ${reason.found}`}`;
    case 'not_started':
      return `its startup probe has not passed yet: ${reason.found}`;
    case 'probe_failed':
      return `its ${reason.probe} probe failed: ${reason.found}`;
    case 'not_ready':
      return reason.found === null ? 'its readiness probe has not passed yet' : `is not ready: ${reason.found}`;
    case 'older_version':
      return `runs ${reason.running} because ${reason.rejected} was rejected: ${reasonText(reason.because)}`;
    case 'group_restart':
      return `restarted because ${reason.failed} failed (${reason.strategy})`;
    case 'stop_failed':
      return 'its process tree could not be stopped yet; retrying';
    case 'set_aside':
      return 'its actor crashed repeatedly and was quarantined; its process was left alone';
    case 'completed':
      return `${clauseOf(reasonText(reason.end))}, which counts as success`;
    case 'restarts_exhausted':
    case 'policy_never':
    case 'recovery_failed':
      return `${clauseOf(reasonText(reason.end))}; ${givenUpText(reason)}`;
    case 'service': {
      const because = reason.because === null ? '' : `: ${reasonText(reason.because)}`;
      return `${reason.serviceId} is ${inWords(reason.state)}${because}`;
    }
    case 'stopped_by_hand':
      return 'each of its services was stopped individually';
  }
}

const AWAITED = {
  launched: 'has been launched',
  started: 'is running',
  healthy: 'is ready',
  completed: 'has completed',
} as const;

/** A dependency that is met, in words: `pump1-coreio is running`. */
export function awaited({ serviceId, condition }: DependencySpec): string {
  return `${serviceId} ${AWAITED[condition]}`;
}

/** Why the policy makes no further attempt for now, as a clause. */
export function givenUpText(reason: GivenUp): string {
  switch (reason.code) {
    case 'restarts_exhausted':
      return `more than ${reason.maxRestarts} restarts within ${reason.periodMs / 1000} s`;
    case 'policy_never':
      return 'its restart policy is never';
    case 'recovery_failed':
      return 'the recovery attempt failed';
  }
}

/** The reason as a clause with a subject: some reasons begin with their verb. */
export function reasonClause(reason: Reason): string {
  const text = clauseOf(reasonText(reason));
  const isVerb =
    reason.code === 'waiting' ||
    reason.code === 'older_version' ||
    (reason.code === 'not_ready' && reason.found !== null);
  return isVerb ? `it ${text}` : text;
}

function exitText({ exitCode, signal, isKnown, because, hasStarted }: ExitReason): string {
  if (because !== null && !isKnown) return `${because}, which ended the process`;
  const how = !isKnown
    ? 'the process ended with an unknown exit status'
    : signal === null
      ? `the process exited with code ${exitCode ?? '?'}`
      : `the process was killed by ${signal}`;
  const when = hasStarted ? how : `${how} before it counted as started`;
  return because === null ? when : `${when}, because ${because}`;
}
