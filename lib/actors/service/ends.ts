import type { ExecutableChoice, LaunchOutcome, ProcessFacts } from '../../model/process.ts';
import type { Instant } from '../../model/time.ts';
import { endOfAilment, endOfError, endOfExit, endOfRefusal, endOfResume, type End } from './endings.ts';
import type { ServiceEvent } from './events.ts';
import type { ServiceContext } from './record.ts';

/** Which end an event may tell of: the word for it in the parameters of the chart. */
export interface OfEnd {
  readonly of: 'exit' | 'resume' | 'error' | 'refusal' | 'ailment';
}

interface Told {
  readonly context: ServiceContext;
  /** XState's own events, of effects that are through, are not among those of the chart. */
  readonly event: { readonly type: string };
}

function outputOf(event: Told['event']): unknown {
  return 'output' in event ? event.output : undefined;
}

// What an effect came back with; each is asked only where the effect with that output is through.
export const choiceIn = (event: Told['event']) => outputOf(event) as ExecutableChoice;
export const outcomeIn = (event: Told['event']) => outputOf(event) as LaunchOutcome;
export const factsIn = (event: Told['event']) => outputOf(event) as ProcessFacts | null;

/** The end that the event tells of; null: it tells of none. */
export function endIn({ context, event }: Told, { of }: OfEnd, now: Instant): End | null {
  const own = event as ServiceEvent; // wherever an end is none of an effect
  switch (of) {
    case 'exit':
      return endOfExit(context, own);
    case 'resume':
      return own.type === 'host.resume' ? endOfResume(context, own, now) : null;
    case 'error':
      return endOfError(context, 'error' in event ? event.error : undefined);
    case 'refusal': {
      const outcome = outcomeIn(event);
      return outcome.type === 'refused' ? endOfRefusal(outcome.failure, outcome.generation) : null;
    }
    case 'ailment':
      return endOfAilment(context, factsIn(event), now);
  }
}
