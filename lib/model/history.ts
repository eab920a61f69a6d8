import { numberIn, textIn, type JournalEntry } from './journal.ts';
import type { PublicState } from './states.ts';

/** The state of an agent or a service after an event; null: the stored events do not say. */
export interface Standing {
  readonly state: PublicState | null;
  /** The substate it entered; a change of substate within one public state is no event, except for readiness. */
  readonly substate: string | null;
  readonly generation: number | null;
  /** Of the live process; null if there was none. */
  readonly pid: number | null;
  readonly place: string | null;
}

/** An event about one actor with the state it led to. */
export interface Step extends Standing {
  readonly event: JournalEntry;
}

/** Before the first stored event. */
export const NOT_KNOWN: Standing = { state: null, substate: null, generation: null, pid: null, place: null };

/** Events that determine the state of a service or its process; each of them is a step. */
export const STATE_EVENTS = ['service.state_changed', 'service.readiness_changed'] as const;
export const PROCESS_EVENTS = ['process.launched', 'process.adopted', 'process.exited'] as const;
/** The same for an agent. */
export const AGENT_EVENTS = ['agent.state_changed', 'agent.deleted'] as const;

/** Folds the events of one actor, oldest first, into its steps. */
export function stepsOf(events: readonly JournalEntry[], before: Standing): readonly Step[] {
  const steps: Step[] = [];
  let standing = knownFrom(events, before);
  for (const event of events) {
    standing = after(standing, event);
    steps.push({ ...standing, event });
  }
  return steps;
}

/** The starting point: the first state change names the state it starts from, even if no earlier event is stored. */
function knownFrom(events: readonly JournalEntry[], before: Standing): Standing {
  if (before.state !== null) return before;
  const change = events.find(({ type }) => type.endsWith('.state_changed'));
  return change === undefined ? before : { ...before, state: change.from as PublicState }; // of a state change
}

function after(standing: Standing, { type, to, detail }: JournalEntry): Standing {
  switch (type) {
    case 'service.state_changed':
    case 'agent.state_changed': {
      const state = to as PublicState; // of a state change
      const isOver = state === 'stopped' || state === 'backoff';
      const generation = numberIn(detail, 'generation') ?? standing.generation;
      const { pid, place } = isOver ? NOT_KNOWN : standing;
      return { state, substate: textIn(detail, 'substate'), generation, pid, place };
    }
    case 'service.readiness_changed':
      return { ...standing, state: 'running', substate: to };
    case 'process.launched':
    case 'process.adopted':
      return {
        ...standing,
        generation: numberIn(detail, 'generation'),
        pid: numberIn(detail, 'pid'),
        place: textIn(detail, 'place'),
      };
    case 'process.exited':
      return { ...standing, generation: numberIn(detail, 'generation'), pid: null, place: null };
    default:
      return standing;
  }
}
