import type { ProcessExit } from '../process.ts';
import type { BackoffSpec, IntensitySpec, RestartSpec } from '../spec.ts';
import type { ExitClass } from '../states.ts';
import type { Instant, Millis } from '../values/time.ts';

/**
 * The minimum retry delay, whatever the settings: a crash loop must not become a busy loop
 * (Supervisor/supervisor#1285).
 */
export const MIN_BACKOFF_MS: Millis = 100;

/** The maximum delay between attempts while a launch fails only because of faults of the host. */
const HOST_FAULT_MAX_MS: Millis = 5_000;

/** The maximum time over which services are spread that waited until the host can launch again. */
const UNBLOCKED_SPREAD_MS: Millis = 1_000;

/** What earlier exits left behind; stored with the service. Plain JSON. */
export interface RestartBudget {
  /** Consecutive failed launches and crashes; the exponent of the backoff. */
  readonly failures: number;
  /** When restarts were needed, oldest first; the sliding window of the intensity. */
  readonly restartTimes: readonly Instant[];
  /** One file was already given up for another one, and none has run well since. */
  readonly hasFallenBack: boolean;
}

/** Why a launch is made: on request, after an exit, or after `recover_after` in `failed`. */
export type Attempt = 'first' | 'restart' | 'recovery';

/** The end of a launch or of a launch attempt. */
export interface Ending {
  readonly class: ExitClass;
  /** Time in `running`; null: it never counted as started. */
  readonly uptimeMs: Millis | null;
  /**
   * The service is not to blame, so that it does not count as a failure, whatever its policy. If the program did not even
   * begin (disk full, out of descriptors, file still being written), it is retried in `backoff`; if something else ended
   * the process (the machine was rebooted), the service starts again immediately.
   */
  readonly isBlameless?: boolean;
}

/** What follows an ending. The caller computes the time of the next attempt from `delayMs` or `recoverAfterMs`. */
export type Verdict =
  | { readonly next: 'complete' }
  /**
   * Immediately, with the last good version: the one that failed is new (see {@link judgeEnding}). The budget is that
   * of the failed version.
   */
  | { readonly next: 'fall_back'; readonly budget: RestartBudget; readonly because: GivenUp }
  | { readonly next: 'give_up'; readonly budget: RestartBudget; readonly because: GivenUp; readonly recovers: boolean }
  | { readonly next: 'retry'; readonly budget: RestartBudget; readonly delayMs: Millis };

/** Why the policy makes no further attempt for now. */
export type GivenUp =
  | { readonly code: 'restarts_exhausted'; readonly maxRestarts: number; readonly periodMs: Millis }
  | { readonly code: 'policy_never' }
  | { readonly code: 'recovery_failed' };

export const EMPTY_BUDGET: RestartBudget = { failures: 0, restartTimes: [], hasFallenBack: false };

/** Whether the budget allows no further restart. */
export function isUsedUp({ restartTimes }: RestartBudget, { intensity }: Pick<RestartSpec, 'intensity'>): boolean {
  return intensity !== null && restartTimes.length > intensity.maxRestarts;
}

/** The class of an exit that nobody requested. */
export function classifyExit(exit: ProcessExit, spec: Pick<RestartSpec, 'successExitCodes'>): ExitClass {
  if (!exit.isKnown) return 'lost';
  if (exit.signal !== null) return 'signal';
  return spec.successExitCodes.includes(exit.code ?? -1) ? 'clean' : 'code';
}

/**
 * min(max, initial * factor^(failures-1)), spread by +- jitter, at least {@link MIN_BACKOFF_MS}. `random` is in [0, 1).
 */
export function backoffDelay(spec: BackoffSpec, failures: number, random: number): Millis {
  // The power has no bound with an unlimited intensity; 0 times infinity would be no number.
  const growth = Math.min(Number.MAX_VALUE, spec.factor ** Math.max(0, failures - 1));
  const ideal = Math.min(spec.maxMs, spec.initialMs * growth);
  return Math.max(MIN_BACKOFF_MS, Math.round(ideal * (1 + spec.jitter * (2 * random - 1))));
}

/** The delay in `failed`; null: stay failed. A recovery attempt is a retry like any other. */
export function recoveryDelay({ recoverAfterMs }: Pick<RestartSpec, 'recoverAfterMs'>): Millis | null {
  return recoverAfterMs === null ? null : Math.max(MIN_BACKOFF_MS, recoverAfterMs);
}

/**
 * The delay before a launch when the host can launch services again. All of them have waited for that, so they are
 * spread as far as `jitter` spreads the longest wait for the host, but over a second at most. `random` is in [0, 1).
 */
export function unblockedDelay({ jitter }: BackoffSpec, random: number): Millis {
  return MIN_BACKOFF_MS + Math.round(Math.min(UNBLOCKED_SPREAD_MS, HOST_FAULT_MAX_MS * jitter) * random);
}

/** The longest possible delay of a retry. */
export function longestBackoff({ maxMs, jitter }: BackoffSpec): Millis {
  return Math.max(MIN_BACKOFF_MS, Math.round(maxMs * (1 + jitter)));
}

/**
 * The longest that the first delays of a series can take together, each with full jitter. A service that exits
 * immediately can only exceed a budget of n restarts if its first n delays together are shorter than the period.
 */
export function longestWaits(spec: BackoffSpec, restarts: number): Millis {
  let sum: Millis = 0;
  for (let failures = 1; failures <= restarts; failures += 1) sum += backoffDelay(spec, failures, 1);
  return sum;
}

/** A backoff with a budget that it has to be able to use up. */
interface ReachableBudget {
  readonly backoff: BackoffSpec;
  readonly intensity: IntensitySpec;
}

/** The maximum number of restarts whose delays together are shorter than the period, up to the budget itself. */
export function reachableRestarts({ backoff, intensity }: ReachableBudget): number {
  let sum: Millis = 0;
  for (let failures = 1; failures <= intensity.maxRestarts; failures += 1) {
    sum += backoffDelay(backoff, failures, 1);
    if (sum >= intensity.periodMs) return failures - 1;
  }
  return intensity.maxRestarts;
}

/**
 * Decides what follows an ending (contract 6.1). The window slides over `periodMs` as in Erlang/OTP; the backoff series
 * resets after `resetAfterMs` in `running`; a failed recovery attempt gives up immediately. If a version that never
 * became stable uses up the budget and another one was stable before, that version is rejected instead of giving up the
 * service. An unlimited intensity always retries.
 */
export function judgeEnding(
  spec: RestartSpec,
  ending: Ending,
  past: { readonly budget: RestartBudget; readonly attempt: Attempt; readonly hasFallback?: boolean },
  at: { readonly now: Instant; readonly random: number },
): Verdict {
  const isBlameless = ending.isBlameless === true;
  if (isBlameless && ending.class !== 'spawn_transient') return { next: 'retry', budget: past.budget, delayMs: 0 };
  if (ending.class === 'clean' && spec.mode !== 'always') return { next: 'complete' };
  if (isBlameless) return waitOut(spec, past.budget, at.random);
  const budget = charge(spec, ending, past.budget, at.now);
  if (spec.mode === 'never') return { next: 'give_up', budget, because: { code: 'policy_never' }, recovers: false };
  const retry = { next: 'retry', budget, delayMs: backoffDelay(spec.backoff, budget.failures, at.random) } as const;
  if (spec.intensity === null) return retry;
  if (isUsedUp(budget, spec)) {
    const { maxRestarts, periodMs } = spec.intensity;
    const because = { code: 'restarts_exhausted', maxRestarts, periodMs } as const;
    if (past.hasFallback === true && !budget.hasFallenBack) return { next: 'fall_back', budget, because };
    return { next: 'give_up', budget, because, recovers: spec.recoverAfterMs !== null };
  }
  if (past.attempt === 'recovery' && ending.uptimeMs === null) {
    const because = { code: 'recovery_failed' } as const;
    return { next: 'give_up', budget, because, recovers: spec.recoverAfterMs !== null };
  }
  return retry;
}

/**
 * The window stays unchanged. The delay grows as usual, but no longer than somebody who just freed the disk would wait.
 */
function waitOut(spec: RestartSpec, past: RestartBudget, random: number): Verdict {
  const isAtMost = backoffDelay(spec.backoff, past.failures, 0.5) >= HOST_FAULT_MAX_MS;
  const failures = isAtMost ? past.failures : past.failures + 1;
  const delayMs = Math.min(HOST_FAULT_MAX_MS, backoffDelay(spec.backoff, failures, random));
  return { next: 'retry', budget: { ...past, failures }, delayMs };
}

function countedWith(
  now: Instant,
  times: readonly Instant[],
  { maxRestarts, periodMs }: IntensitySpec,
): readonly Instant[] {
  // An instant in the future means that the clock was set back; it must not count for ever.
  const recent = times.filter((time) => time > now - periodMs && time <= now);
  // More entries than it takes to give up are useless, and with a short `recover_after` they would pile up.
  return [...recent, now].slice(-(maxRestarts + 1));
}

function charge(spec: RestartSpec, ending: Ending, budget: RestartBudget, now: Instant): RestartBudget {
  const wasProven = ending.uptimeMs !== null && ending.uptimeMs >= spec.backoff.resetAfterMs;
  return {
    failures: (wasProven ? 0 : budget.failures) + 1,
    restartTimes: spec.intensity === null ? [] : countedWith(now, budget.restartTimes, spec.intensity),
    hasFallenBack: budget.hasFallenBack && !wasProven,
  };
}
