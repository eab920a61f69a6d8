import { memo } from 'react';
import type { ReactNode } from 'react';
import { StateMark } from '../words/state-badge.tsx';
import { wordsOf } from '../../frontend/world/standing.ts';
import type { Row } from './rows.ts';

interface ListRowProps extends Row {
  /** Pixels from the top of the list. */
  readonly top: number;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  /** Whether it is selected for a command; null: it cannot be. */
  readonly isSelected: boolean | null;
}

/** The element id of a row, for `aria-activedescendant`. */
export function elementIdOf(id: string): string {
  return `row-${id}`;
}

function Chevron(): ReactNode {
  return (
    <span className="chevron" aria-hidden="true">
      <svg viewBox="0 0 16 16" width="12" height="12">
        <path d="M6 4l4 4-4 4" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
    </span>
  );
}

function Check(): ReactNode {
  return (
    <span className="check" aria-hidden="true">
      <svg viewBox="0 0 16 16" width="14" height="14">
        <rect x="1.5" y="1.5" width="13" height="13" rx="2" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path className="tick" d="M4 8.2l2.8 2.8L12 5" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
    </span>
  );
}

/** A row of the list. Its props are flat, so that it is rendered again only if something visible has changed. */
export const ListRow = memo(function ListRow(row: ListRowProps): ReactNode {
  const { id, name, short, state, level, isOpen } = row;
  return (
    <div
      id={elementIdOf(id)}
      data-id={id}
      className={level === 1 ? 'row row-group' : 'row row-service'}
      data-active={row.isActive}
      style={{ transform: `translateY(${row.top}px)` }}
      role="treeitem"
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={isOpen ?? undefined}
      aria-selected={row.isChosen}
      aria-checked={row.isSelected ?? undefined}
    >
      {isOpen === null ? null : <Chevron />}
      {row.isSelected === null ? null : <Check />}
      {state === null ? null : <StateMark state={state} />}
      <span className="row-name" title={short === name ? undefined : name}>
        {short === name ? (
          name
        ) : (
          <>
            <span aria-hidden="true">{short}</span>
            <span className="visually-hidden">{name}</span>
          </>
        )}
      </span>
      {state === null ? null : <span className={`row-state is-${state}`}>{wordsOf(state)}</span>}
    </div>
  );
});
