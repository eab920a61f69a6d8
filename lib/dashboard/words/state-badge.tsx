import type { ReactNode } from 'react';
import { pastStandingOf, STANDING_NAMES, wordsOf } from '../../frontend/world/standing.ts';
import { STATE_SHAPES } from '../../frontend/world/state-shapes.ts';
import type { Standing } from '../../frontend/world/standing.ts';
import type { State } from '../../frontend/world/world.ts';
import './state-badge.css';

/** The mark of a state. */
export function StateMark({ state }: { readonly state: Standing }): ReactNode {
  return (
    <svg className={`state-mark is-${state}`} viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d={STATE_SHAPES[state]} fillRule="evenodd" />
    </svg>
  );
}

interface StateBadgeProps {
  readonly state: State;
  readonly more?: string | null;
  /** It is not known whether the state still is that. */
  readonly isInDoubt?: boolean;
}

/** A state as mark, colour and word, with the nested state if it adds something. */
export function StateBadge({ state, more = null, isInDoubt = false }: StateBadgeProps): ReactNode {
  const known = pastStandingOf({ state, substate: more });
  const added = known === 'unready' ? null : more;
  const standing: Standing = isInDoubt ? 'doubt' : known;
  return (
    <span className={`state-badge is-${standing}`}>
      <StateMark state={standing} />
      <span>
        {isInDoubt ? STANDING_NAMES.doubt : wordsOf(standing)}
        {isInDoubt ? <span className="state-more"> · last known: {wordsOf(known)}</span> : null}
        {isInDoubt || added === null ? null : <span className="state-more"> · {added}</span>}
      </span>
    </span>
  );
}
