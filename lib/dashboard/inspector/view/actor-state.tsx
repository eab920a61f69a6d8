import type { ReactNode } from 'react';
import { StateBadge, StateMark } from '../../words/state-badge.tsx';
import { PAST_STANDINGS, pastStandingOf, wordsOf } from '../../../frontend/world/standing.ts';
import type { State } from '../../../frontend/world/world.ts';
import { useActorState } from '../inspector-context.ts';
import { chartStateOf, stateWords } from '../model/state-value.ts';
import type { Actor, ActorState } from '../model/tape.ts';

interface KnownState {
  readonly state: State;
  readonly substate: string | null;
}

/** A state of services and agents, which have a mark of their own; null: it is of another machine. */
function knownState({ machine }: Actor, { value }: ActorState): KnownState | null {
  if (machine !== 'service' && machine !== 'agent') return null;
  const { state, substate } = chartStateOf(value);
  return PAST_STANDINGS.some((one) => one === state) ? { state: state as State, substate } : null; // checked here
}

/** What an actor that has no state says about itself. */
function wordsIn({ status, value }: ActorState): string {
  return status === 'active' ? (value === undefined ? '' : stateWords(value)) : status;
}

/** The state of an actor at the shown moment, in a row. */
export function ActorStateBrief({ actor }: { readonly actor: Actor }): ReactNode {
  const now = useActorState(actor.id);
  if (now === null) return null;
  const known = now.status === 'active' ? knownState(actor, now) : null;
  if (known === null) {
    const words = wordsIn(now);
    return (
      <span className="row-state is-words" title={words}>
        {words}
      </span>
    );
  }
  const standing = pastStandingOf(known);
  return (
    <span className={`row-state is-${standing}`}>
      <StateMark state={standing} /> {wordsOf(standing)}
    </span>
  );
}

/** The same where there is room. */
export function ActorStateBadge({ actor, state }: { readonly actor: Actor; readonly state: ActorState }): ReactNode {
  const known = state.status === 'active' ? knownState(actor, state) : null;
  if (known !== null) return <StateBadge state={known.state} more={known.substate} />;
  const words = wordsIn(state);
  return words === '' ? null : <span className="state-words">{words}</span>;
}
