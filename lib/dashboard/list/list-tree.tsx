import { useMemo, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import type { Group } from '../../frontend/world/groups.ts';
import type { Route } from '../world/route.ts';
import { elementIdOf, ListRow } from './list-row.tsx';
import { allSelected, selectedBy, NOTHING_SELECTED, toggled } from './selection.ts';
import type { Selection } from './selection.ts';
import { clickMove, isCharacter, keyMove, typedMove } from './moves.ts';
import type { Move } from './moves.ts';
import { routeOf, rowsOf } from './rows.ts';
import { useActive } from './use-active.ts';
import { useRowsInView } from './use-rows-in-view.ts';
import { useTyped } from './use-typed.ts';

/** The clicked row, if any. */
function clickedIn({ target }: MouseEvent): Move | null {
  if (!(target instanceof Element)) return null;
  const id = target.closest<HTMLElement>('[data-id]')?.dataset['id'];
  if (id === undefined) return null;
  const part = target.closest('.chevron, .check');
  return clickMove(id, part === null ? 'row' : part.classList.contains('check') ? 'check' : 'chevron');
}

function without(closed: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set([...closed].filter((other) => other !== id));
}

interface ListTreeProps {
  readonly groups: readonly Group[];
  /** The id of the chosen row. */
  readonly chosen: string | null;
  readonly onChoose: (route: Route) => void;
  /** What it says if there are no rows. */
  readonly empty: string;
  /** What is selected for a command. */
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
}

/**
 * The rows; only visible ones are in the document. The focus stays on the tree, which names the active row
 * (`aria-activedescendant`). A row that becomes active is also selected, except for a group that opens or closes.
 */
export function ListTree({ groups, chosen, onChoose, empty, selection, onSelect }: ListTreeProps): ReactNode {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [activeId, setActive] = useActive(chosen);
  const typed = useTyped();
  const rows = useMemo(() => rowsOf(groups, closed), [groups, closed]);
  const active = rows.findIndex(({ id }) => id === activeId);
  const { container, height, items, page } = useRowsInView(rows, active);

  const make = ({ type, id }: Move): void => {
    setActive(id); // also when a group closes over the active row; otherwise the keys would have no start position
    if (type === 'select') {
      onSelect(toggled(selection, selectedBy(id, groups)));
      return;
    }
    if (type === 'toggle') {
      setClosed((before) => (before.has(id) ? without(before, id) : new Set([...before, id])));
      return;
    }
    const route = routeOf(id);
    if (route !== null) onChoose(route);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    if (key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSelect(allSelected(groups));
      return;
    }
    if (key === 'Escape' && selection.size > 0) onSelect(NOTHING_SELECTED);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = isCharacter(key) ? typedMove(typed(event), rows, active) : keyMove(key, rows, active, page());
    if (move === null) return;
    event.preventDefault();
    make(move);
  };
  const onClick = (event: MouseEvent): void => {
    const move = clickedIn(event);
    if (move !== null) make(move);
  };
  if (rows.length === 0) return <p className="hint">{empty}</p>;
  return (
    <div
      ref={container}
      className="tree"
      role="tree"
      aria-label="Agents and services"
      aria-activedescendant={active < 0 ? undefined : elementIdOf(activeId ?? '')}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div className="tree-space" role="none" style={{ height }}>
        {items.map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <ListRow
              key={row.id}
              {...row}
              top={start}
              isActive={index === active}
              isChosen={row.id === chosen}
              isSelected={row.id.includes(':') ? selection.has(row.id) : null}
            />
          );
        })}
      </div>
    </div>
  );
}
