import type { ServiceReport } from '../../model/agent-state.ts';
import type { Launch, LaunchFailure, ProcessFacts } from '../../model/process.ts';
import { EMPTY_BUDGET, type Verdict } from '../../model/restart.ts';
import type { Instant } from '../../model/time.ts';
import type { PublicState } from '../../model/views.ts';
import type { End } from './endings.ts';
import type { ClaimEvent, ResumeEvent } from './events.ts';
import type { LastExit, ServiceContext } from './record.ts';

type Change = Partial<ServiceContext>;

/** Adds the holder; a service that nobody held takes the spec of the claim. */
export function claimed(context: ServiceContext, event: ClaimEvent): Change {
  const spec = context.holders.length === 0 ? event.spec : context.spec;
  return { holders: [...context.holders, event.holder], intended: 'running', spec };
}

/** Watchers with this one among them. */
export function watchedBy(context: ServiceContext, watcher: string): Change {
  return context.watchers.includes(watcher) ? {} : { watchers: [...context.watchers, watcher] };
}

/** A command clears what earlier failures left behind, so that it acts at once (contract 6.1). */
export const FRESH: Change = { attempt: 'first', budget: EMPTY_BUDGET, reason: null, deadlineAt: null };

/** The process runs: it has to live through its settle time. */
export function launched(context: ServiceContext, launch: Launch): Change {
  return {
    launch,
    generation: launch.generation,
    isAdopted: false,
    startedAt: null,
    deadlineAt: launch.launchedAt + context.spec.settleMs,
    restarts: context.restarts + (context.attempt === 'first' ? 0 : 1),
  };
}

/** A live process of an earlier host is supervised again. */
export function adopted(context: ServiceContext, event: ResumeEvent): Change {
  if (event.facts?.status !== 'alive') return {};
  const { launch } = event.facts;
  const isSame = context.launch?.launchId === launch.launchId;
  return {
    launch,
    generation: launch.generation,
    isAdopted: true,
    startedAt: isSame ? context.startedAt : null,
    deadlineAt: launch.launchedAt + context.spec.settleMs,
    executable: { path: launch.executablePath, version: launch.version, fingerprint: '' },
  };
}

/** The exit of the launch is accounted for; there is no live process any more. */
export function ended(context: ServiceContext, end: End): Change {
  const lastExit: LastExit | null =
    end.exit === null
      ? context.lastExit
      : { code: end.exit.code, signal: end.exit.signal, at: end.exit.at, generation: end.generation, class: end.class };
  return {
    launch: null,
    lastExit,
    generation: Math.max(context.generation, end.generation),
    reason: end.reason,
    deadlineAt: null,
  };
}

/** What the verdict adds to an end: the budget, the deadline and the sentence. */
export function judged(context: ServiceContext, end: End, verdict: Verdict, now: Instant): Change {
  const change = ended(context, end);
  switch (verdict.next) {
    case 'complete':
      return { ...change, attempt: 'first', budget: EMPTY_BUDGET, reason: `${end.reason}, which is a success` };
    case 'retry':
      return { ...change, attempt: 'restart', budget: verdict.budget, deadlineAt: now + verdict.delayMs };
    case 'give_up': {
      const wait = verdict.recovers ? context.spec.restart.recoverAfterMs : null;
      const reason = `${end.reason}; ${verdict.reason}`;
      return {
        ...change,
        attempt: 'recovery',
        budget: verdict.budget,
        deadlineAt: wait === null ? null : now + wait,
        reason,
      };
    }
  }
}

/** Nothing of the tree is left after a stop; an end that nobody has accounted for yet was the stop's. */
export function stopped(context: ServiceContext, facts: ProcessFacts | null): Change {
  const change: Change = { launch: null, deadlineAt: null, reason: null };
  if (facts === null) return change;
  const generation = Math.max(context.generation, facts.generation);
  const isNews = context.launch?.generation === facts.generation || facts.generation > context.generation;
  if (facts.status !== 'exited' || !isNews) return { ...change, generation };
  const { code, signal, at, isKnown } = facts.exit;
  const lastExit: LastExit = { code, signal, at, generation: facts.generation, class: isKnown ? 'stopped' : 'lost' };
  return { ...change, generation, lastExit };
}

/** No file fits; the service waits for one without a deadline. */
export function missing(reason: string): Change {
  return { reason, executable: null, deadlineAt: null, attempt: 'first', launch: null };
}

/** The file cannot be run. It may change, or become fit without changing (a mount, an interpreter). */
export function refused(
  context: ServiceContext,
  { failure, generation }: { readonly failure: LaunchFailure; readonly generation: number },
  now: Instant,
): Change {
  const wait = context.spec.restart.recoverAfterMs;
  const deadlineAt = wait === null ? null : now + wait;
  return { reason: failure.message, deadlineAt, attempt: 'first', launch: null, generation };
}

/** Remembers whether a dependency is met (`started`: it is running). */
export function dependencyNoted(context: ServiceContext, report: ServiceReport): Change {
  if (!context.spec.dependsOn.some((dependency) => dependency.serviceId === report.serviceId)) return {};
  return { dependencies: { ...context.dependencies, [report.serviceId]: report.state === 'running' } };
}

/** Whether every dependency is met. */
export function dependenciesMet(context: ServiceContext): boolean {
  return context.spec.dependsOn.every((dependency) => context.dependencies[dependency.serviceId] === true);
}

/** The sentence for a service that waits. */
export function waitingReason(context: ServiceContext): string {
  const missing = context.spec.dependsOn.filter((on) => context.dependencies[on.serviceId] !== true);
  return `waits until ${missing.map((on) => on.serviceId).join(', ')} runs`;
}

/** What the service tells those who watch it. */
export function reportOf(context: ServiceContext, state: PublicState, isComplete: boolean): ServiceReport {
  const { spec, intended, holders, reason } = context;
  return { serviceId: spec.id, state, intended, isComplete, holders, reason };
}
