import type { ReactNode } from 'react';
import { standingOf, wordsOf } from '../../frontend/world/standing.ts';
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

/** A state as mark, colour and word, with the nested state if it adds something. */
export function StateBadge({
  state,
  more = null,
}: {
  readonly state: State;
  readonly more?: string | null;
}): ReactNode {
  const standing = standingOf({ state, substate: more });
  return (
    <span className={`state-badge is-${standing}`}>
      <StateMark state={standing} />
      <span>
        {wordsOf(standing)}
        {more === null || standing === 'unready' ? null : <span className="state-more"> · {more}</span>}
      </span>
    </span>
  );
}
