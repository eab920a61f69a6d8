import { numberIn, textIn, type JournalEntry } from './journal.ts';
import type { PublicState } from './states.ts';

/** What was the case with an agent or a service after an event; null: what the journal keeps does not say. */
export interface Standing {
  readonly state: PublicState | null;
  /** The nested state that it came into; that it went on within a public state is no event, but for readiness. */
  readonly substate: string | null;
  readonly generation: number | null;
  /** Of the live process; null: there was none. */
  readonly pid: number | null;
}

/** An event about one actor with what was the case from then on. */
export interface Step extends Standing {
  readonly event: JournalEntry;
}

/** Before the first event that is kept. */
export const NOT_KNOWN: Standing = { state: null, substate: null, generation: null, pid: null };

/** The events that say which state a service is in, and which process it has; each of them is a step. */
export const STATE_EVENTS = ['service.state_changed', 'service.readiness_changed'] as const;
export const PROCESS_EVENTS = ['process.launched', 'process.adopted', 'process.exited'] as const;
/** The same of an agent. */
export const AGENT_EVENTS = ['agent.state_changed', 'agent.deleted'] as const;

/** Folds events of one actor, in rising order, into its steps. */
export function stepsOf(events: readonly JournalEntry[], before: Standing): readonly Step[] {
  const steps: Step[] = [];
  let standing = knownFrom(events, before);
  for (const event of events) {
    standing = after(standing, event);
    steps.push({ ...standing, event });
  }
  return steps;
}

/** What a step is from: the state that the next change begins in is known, although no earlier event is kept. */
function knownFrom(events: readonly JournalEntry[], before: Standing): Standing {
  if (before.state !== null) return before;
  const change = events.find(({ type }) => type.endsWith('.state_changed'));
  return change === undefined ? before : { ...before, state: change.from as PublicState }; // of a change of state
}

function after(standing: Standing, { type, to, detail }: JournalEntry): Standing {
  switch (type) {
    case 'service.state_changed':
    case 'agent.state_changed': {
      const state = to as PublicState; // of a change of state
      const isOver = state === 'stopped' || state === 'backoff';
      const generation = numberIn(detail, 'generation') ?? standing.generation;
      return { state, substate: textIn(detail, 'substate'), generation, pid: isOver ? null : standing.pid };
    }
    case 'service.readiness_changed':
      return { ...standing, state: 'running', substate: to };
    case 'process.launched':
    case 'process.adopted':
      return { ...standing, generation: numberIn(detail, 'generation'), pid: numberIn(detail, 'pid') };
    case 'process.exited':
      return { ...standing, generation: numberIn(detail, 'generation'), pid: null };
    default:
      return standing;
  }
}
