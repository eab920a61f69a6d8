import { classifyExit, judgeEnding, type Ending, type Verdict } from '../../model/restart.ts';
import {
  isHostTrouble,
  isHostTroubleError,
  type LaunchFailure,
  type ProcessExit,
  type ProcessFacts,
} from '../../model/process.ts';
import type { Instant } from '../../model/time.ts';
import type { ResumeEvent, ServiceEvent } from './events.ts';
import type { ServiceContext } from './record.ts';
import { hasFallback } from './releases.ts';

/** An end that the service has to account for: what it was, of which generation, and the sentence that says so. */
export interface End extends Ending {
  readonly generation: number;
  readonly exit: ProcessExit | null;
  readonly reason: string;
}

/** What an exit of the live launch means; null when the event is about an earlier launch. */
export function endOfExit(context: ServiceContext, event: ServiceEvent): End | null {
  if (event.type !== 'process.exited' || context.launch?.launchId !== event.launchId) return null;
  return endOf(context, context.launch.generation, event.exit);
}

/**
 * What a resume reveals: an exit that nobody accounted for, or a process that no record and no kernel knows any more. Null when
 * there is nothing to account for.
 */
export function endOfResume(context: ServiceContext, event: ResumeEvent, now: Instant): End | null {
  const { facts } = event;
  const isNews = facts !== null && facts.generation > context.generation;
  const isAwaited = context.launch !== null && facts?.generation === context.launch.generation;
  if (facts?.status === 'exited' && (isNews || isAwaited)) return endOf(context, facts.generation, facts.exit);
  if (context.launch === null || facts?.status === 'alive' || isNews) return null;
  return endOf(context, context.launch.generation, { code: null, signal: null, at: now, isKnown: false });
}

/** A launch that was refused but may be granted another time. */
export function endOfRefusal(failure: LaunchFailure, generation: number): End {
  const reason = failure.message;
  return {
    class: 'spawn_transient',
    uptimeMs: null,
    generation,
    exit: null,
    reason,
    isHostTrouble: isHostTrouble(failure),
  };
}

/** An effect that broke: a bug stays inside this service and counts like a failed launch; what the host lacks does not count. */
export function endOfError(context: ServiceContext, error: unknown): End {
  const reason = error instanceof Error ? error.message : String(error);
  const isTrouble = isHostTroubleError(error);
  const { generation } = context;
  return { class: 'spawn_transient', uptimeMs: null, generation, exit: null, reason, isHostTrouble: isTrouble };
}

/** The end of a process that was ended for what a probe said; null when the stop under way is for something else. */
export function endOfAilment(context: ServiceContext, facts: ProcessFacts | null, now: Instant): End | null {
  const { aftermath, intended, launch, startedAt } = context;
  if (aftermath?.type !== 'judge' || intended === 'stopped') return null;
  const exit = facts?.status === 'exited' ? facts.exit : null;
  const isStarted = aftermath.class === 'probe' && startedAt !== null;
  const uptimeMs = isStarted ? Math.max(0, (exit?.at ?? now) - startedAt) : null;
  const generation = launch?.generation ?? context.generation;
  return { class: aftermath.class, uptimeMs, generation, exit, reason: aftermath.reason };
}

/** What follows an end by the policy of the service. */
export function verdictOn(context: ServiceContext, end: End, at: { now: Instant; random: number }): Verdict {
  const { spec, budget, attempt } = context;
  return judgeEnding(spec.restart, end, { budget, attempt, hasFallback: hasFallback(context) }, at);
}

function endOf(context: ServiceContext, generation: number, exit: ProcessExit): End {
  const isThisRun = context.launch?.generation === generation;
  const uptimeMs = isThisRun && context.startedAt !== null ? Math.max(0, exit.at - context.startedAt) : null;
  const how = sentenceOf(exit);
  const isReboot = exit.isReboot === true;
  const reason = uptimeMs === null && !isReboot ? `${how} before it counted as started` : how;
  return { class: classifyExit(exit, context.spec.restart), uptimeMs, generation, exit, reason, isReboot };
}

function sentenceOf(exit: ProcessExit): string {
  if (exit.isReboot === true) return 'the machine was restarted, and the process ended with it';
  if (!exit.isKnown) return 'the process ended unseen, its exit status is not known';
  return exit.signal === null
    ? `the process exited with code ${exit.code ?? '?'}`
    : `the process was ended by ${exit.signal}`;
}
