import { backoffDelay, classifyExit, EMPTY_BUDGET, judgeEnding, type Ending, type Verdict } from '../policy/restart.ts';
import type { ExitClass } from '../states.ts';
import type { Instant, Millis } from '../values/time.ts';
import { dottedState, type Situation } from './situation.ts';
import { consequence } from './verdict-words.ts';

/** A hypothetical exit. */
export type SupposedExit =
  | { readonly type: 'code'; readonly code: number }
  | { readonly type: 'signal'; readonly signal: string };

/** What would follow. `stop`: the stop in progress continues. `nothing`: nobody would act. */
export type Consequence = 'restart' | 'complete' | 'fail' | 'fall_back' | 'stop' | 'nothing';

export interface Supposed {
  readonly class: ExitClass;
  readonly next: Consequence;
  /** The shortest delay before a further launch follows; null: none follows. */
  readonly atLeastMs: Millis | null;
  /** Its group would count it as a failure. */
  readonly isFailure: boolean;
  readonly sentence: string;
}

/**
 * What would follow if the process exited like this now or, if there is none, if the next one did so before it counts
 * as started.
 */
export function suppose(exit: SupposedExit, situation: Situation, now: Instant): Supposed {
  const { state, launch } = situation;
  const how = exit.type === 'code' ? `exited with code ${exit.code}` : `was killed by ${exit.signal}`;
  if (dottedState(situation) === 'failed.abandoned') return whileQuarantined(exit, situation, how);
  if (state === 'stopping' && launch !== null) return whileStopping(situation, how, now);
  const exitClass = classOf(exit, situation, now);
  const verdict = verdictOn(endingOf(exitClass, situation, now), situation, now);
  const supposition =
    launch === null
      ? `No process is running now. If the next one ${how} before it counted as started, that would be`
      : `If its process ${how} now, that would be`;
  const { mode } = situation.spec.restart;
  const although =
    exitClass === 'clean' && verdict.next !== 'complete' ? `, but under its restart policy (${mode})` : ', and';
  return describeVerdict(exitClass, verdict, situation, `${supposition} ${CLASS_WORDS[exitClass]}${although}`);
}

const CLASS_WORDS: Readonly<Record<ExitClass, string>> = {
  clean: 'a success (clean)',
  code: 'a failure (code)',
  signal: 'a failure (signal)',
  spawn_permanent: 'a failure (spawn_permanent)',
  spawn_transient: 'a failure (spawn_transient)',
  start_timeout: 'a failure (start_timeout)',
  probe: 'a failure (probe)',
  stopped: 'intended (stopped)',
  lost: 'a failure (lost)',
};

function classOf(exit: SupposedExit, { spec }: Situation, at: Instant): ExitClass {
  const code = exit.type === 'code' ? exit.code : null;
  const signal = exit.type === 'signal' ? exit.signal : null;
  return classifyExit({ code, signal, at, isKnown: true }, spec.restart);
}

function endingOf(exitClass: ExitClass, { launch, startedAt }: Situation, now: Instant): Ending {
  return { class: exitClass, uptimeMs: launch === null || startedAt === null ? null : Math.max(0, now - startedAt) };
}

function verdictOn(ending: Ending, situation: Situation, now: Instant): Verdict {
  const { spec, state, budget, attempt, fallback } = situation;
  // A start by a command or by a holder clears earlier failures.
  const past = state === 'stopped' ? ({ budget: EMPTY_BUDGET, attempt: 'first' } as const) : { budget, attempt };
  return judgeEnding(spec.restart, ending, { ...past, hasFallback: fallback !== null }, { now, random: 0.5 });
}

const NEXT = { complete: 'complete', retry: 'restart', fall_back: 'fall_back', give_up: 'fail' } as const;

function describeVerdict(
  exitClass: ExitClass,
  verdict: Verdict,
  { spec, fallback, launch }: Situation,
  begin: string,
): Supposed {
  return {
    class: exitClass,
    next: NEXT[verdict.next],
    atLeastMs: atLeast(verdict, spec),
    isFailure: launch !== null && verdict.next !== 'complete',
    sentence: `${begin} it would ${consequence(verdict, spec.restart, fallback)}.`,
  };
}

function atLeast(verdict: Verdict, { restart }: Situation['spec']): Millis | null {
  switch (verdict.next) {
    case 'retry':
      return backoffDelay(restart.backoff, verdict.budget.failures, 0);
    case 'fall_back':
      return 0;
    case 'give_up':
      return verdict.recovers ? restart.recoverAfterMs : null;
    case 'complete':
      return null;
  }
}

/** An exit during a stop is expected; what follows it was decided when the stop began. */
function whileStopping(situation: Situation, how: string, now: Instant): Supposed {
  const { intended, substate, afterStop } = situation;
  const begin = `If its process ${how} now, its stop would be complete, and`;
  const goesDown = intended === 'stopped' || substate === 'draining';
  if (afterStop?.type === 'judge' && !goesDown) {
    // A start timeout never counts as started, however long the process was up.
    const started = afterStop.class === 'probe' ? endingOf('probe', situation, now).uptimeMs : null;
    const verdict = verdictOn({ class: afterStop.class, uptimeMs: started }, situation, now);
    return describeVerdict(afterStop.class, verdict, situation, begin);
  }
  const end = { class: 'stopped', isFailure: false } as const;
  return goesDown
    ? { ...end, next: 'stop', atLeastMs: null, sentence: `${begin} it would be down.` }
    : { ...end, next: 'restart', atLeastMs: 0, sentence: `${begin} it would be launched again immediately.` };
}

/** The actor is quarantined: nobody observes the process. */
function whileQuarantined(exit: SupposedExit, situation: Situation, how: string): Supposed {
  const exitClass = classOf(exit, situation, 0);
  const sentence = `If its process ${how} now, nothing would happen: its actor is quarantined, and a command has to start it.`;
  return { class: exitClass, next: 'nothing', atLeastMs: null, isFailure: false, sentence };
}

/**
 * The delay, before jitter, if the process failed now; null: it would not be launched again on its own, or not after a
 * delay.
 */
export function nextDelayMs(situation: Situation, now: Instant): Millis | null {
  const verdict = verdictOn(endingOf('code', situation, now), situation, now);
  return verdict.next === 'retry' ? verdict.delayMs : null;
}
