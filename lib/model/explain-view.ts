import type { DependencyCondition } from './spec.ts';
import type { Consequence } from './supposed-exit.ts';
import type { ExitClass, PublicState } from './views.ts';
import type { Intended } from './wish.ts';

/** One link of the chain of causes: a fact of the journal with its sentence. */
export interface CauseView {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly from?: string;
  readonly to?: string;
  readonly cause: string;
  readonly correlation_id: string | null;
  readonly sentence: string;
}

/** Something that happens next. `at` and `in_ms` null: as soon as what it waits for is the case. */
export interface NextView {
  readonly what: string;
  readonly at: string | null;
  readonly in_ms: number | null;
  readonly sentence: string;
}

/** A dependency that is waited for, as it is now; `state` null: there is no such service. */
export interface AwaitedView {
  readonly service_id: string;
  readonly condition: DependencyCondition;
  readonly state: PublicState | null;
  readonly substate: string | null;
  readonly reason: string | null;
  readonly sentence: string;
}

/** What an exit now would lead to. */
export interface IfExitView {
  readonly code?: number;
  readonly signal?: string;
  readonly class: ExitClass;
  readonly next: Consequence;
  /** The shortest wait, where what follows waits for a time. */
  readonly at_least_ms?: number;
  /** Services of its group that would be restarted with it. */
  readonly siblings: readonly string[];
  readonly sentence: string;
}

/** Why a service is as it is, and what happens next (contract 3.2). Instants are ISO 8601 in UTC. */
export interface ExplainView {
  readonly id: string;
  readonly state: PublicState;
  readonly substate: string | null;
  readonly intended_state: Intended;
  readonly since: string;
  readonly summary: string;
  readonly waits_for: readonly AwaitedView[];
  /** Newest first, at most 20, back to what started it. */
  readonly causes: readonly CauseView[];
  /** Why there are no causes: the journal could not be read. */
  readonly causes_unavailable?: string;
  readonly next: readonly NextView[];
  readonly budget: {
    /** Those that count now. */
    readonly restarts: number;
    readonly max_restarts: number;
    readonly period_ms: number;
    /** Up that long, the backoff begins anew. */
    readonly resets_after_ms: number;
    /** The wait, before jitter, if it failed now; null: it would not be launched again by itself. */
    readonly next_delay_ms: number | null;
  };
  readonly holders: readonly string[];
  readonly revision: string;
  readonly running_revision: string | null;
  readonly if_exit?: IfExitView;
}
