import type { Intended, VersionPin } from '../intention.ts';
import type { Attempt, RestartBudget } from '../policy/restart.ts';
import type { Doubt, Executable, Launch } from '../process.ts';
import type { DependencySpec, ServiceSpec } from '../spec.ts';
import type { PublicState } from '../states.ts';
import type { Holder } from '../values/ids.ts';
import type { Instant } from '../values/time.ts';
import type { Reason } from './reason.ts';

/** A dependency that a service is waiting for, and its current state. */
export interface Awaited extends DependencySpec {
  /** Null: the service does not exist. */
  readonly now: {
    readonly state: PublicState;
    readonly substate: string | null;
    readonly reason: Reason | null;
  } | null;
}

/** The state of a service: everything an explanation is built from. */
export interface Situation {
  readonly spec: ServiceSpec;
  readonly state: PublicState;
  readonly substate: string | null;
  readonly intended: Intended;
  /** The version that a person has chosen; null: the spec decides. */
  readonly pin: VersionPin | null;
  readonly holders: readonly Holder[];
  /** It has its own configuration or command, whether or not anybody holds it. */
  readonly isStandalone: boolean;
  readonly generation: number;
  readonly launch: Launch | null;
  /** Why it is not known whether its process lives; null: that is known. */
  readonly doubt: Doubt | null;
  readonly executable: Executable | null;
  readonly isAdopted: boolean;
  /** The live process was launched with another revision of the spec than the current one. */
  readonly isDrifted: boolean;
  /** What follows the stop in progress; null: whatever is intended. */
  readonly afterStop:
    | { readonly type: 'judge'; readonly class: 'start_timeout' | 'probe'; readonly reason: Reason }
    | { readonly type: 'again'; readonly reason: Reason }
    | null;
  /** The version it would fall back to; null: none. */
  readonly fallback: string | null;
  /** Why it runs an older version than the newest; null: it does not. */
  readonly fallbackReason: Reason | null;
  readonly attempt: Attempt;
  readonly budget: RestartBudget;
  /** The unmet dependencies it is waiting for. */
  readonly awaits: readonly Awaited[];
  readonly since: Instant;
  readonly startedAt: Instant | null;
  readonly deadlineAt: Instant | null;
  readonly reason: Reason | null;
}

/** The state with its substate, dotted. */
export function dottedState({ state, substate }: Pick<Situation, 'state' | 'substate'>): string {
  return substate === null ? state : `${state}.${substate}`;
}

/** Restarts that count against the intensity at that instant. */
export function countedRestarts({ spec, budget }: Situation, now: Instant): readonly Instant[] {
  const { intensity } = spec.restart;
  if (intensity === null) return [];
  const from = now - intensity.periodMs;
  return budget.restartTimes.filter((time) => time > from && time <= now);
}
