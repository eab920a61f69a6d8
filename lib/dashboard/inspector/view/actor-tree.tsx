import { memo, useDeferredValue, useMemo, useState } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import { isCharacter, keyMove, typedMove } from '../../list/moves.ts';
import type { Move } from '../../list/moves.ts';
import { useRowsInView } from '../../list/use-rows-in-view.ts';
import { useTyped } from '../../list/use-typed.ts';
import '../../list/service-list.css';
import { counted } from '../../../frontend/words/amount.ts';
import { useInspection } from '../inspector-context.ts';
import type { InspectorSnapshot } from '../inspector-context.ts';
import { HOST_ROW, treeOf } from '../model/tree.ts';
import type { ActorRow } from '../model/tree.ts';
import { ActorStateBrief } from './actor-state.tsx';

function elementIdOf(id: string): string {
  return `actor-${id}`;
}

interface TreeRowProps {
  readonly row: ActorRow;
  readonly top: number;
  readonly isActive: boolean;
  readonly isChosen: boolean;
}

const TreeRow = memo(function TreeRow({ row, top, isActive, isChosen }: TreeRowProps): ReactNode {
  const { id, name, actor, level, isOpen } = row;
  return (
    <div
      id={elementIdOf(id)}
      data-id={id}
      className={actor === null || actor.machine === null ? 'row' : 'row row-machine'}
      data-active={isActive}
      style={{ transform: `translateY(${top}px)`, paddingLeft: `${level * 0.9}rem` }}
      role="treeitem"
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={isOpen ?? undefined}
      aria-selected={isChosen}
    >
      <span className="chevron" aria-hidden="true">
        {isOpen === null ? null : (
          <svg viewBox="0 0 16 16" width="12" height="12">
            <path d="M6 4l4 4-4 4" fill="none" stroke="currentColor" strokeWidth="2" />
          </svg>
        )}
      </span>
      <span className="row-name" title={name}>
        {name}
      </span>
      {actor === null ? <HostState /> : <ActorStateBrief actor={actor} />}
    </div>
  );
});

function HostState(): ReactNode {
  const status = useInspection(({ context }) => context.health?.status ?? null);
  const isRecording = useInspection(({ context }) => context.recording !== null);
  const isAway = useInspection(({ context }) => context.lostAt !== null);
  if (isRecording) return <span className="row-state">recorded</span>;
  if (isAway) return <span className="row-state is-backoff">away</span>;
  if (status === null) return null;
  return <span className={`row-state ${status === 'healthy' ? 'is-running' : 'is-backoff'}`}>{status}</span>;
}

function toggledIn(toggled: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(toggled);
  if (!next.delete(id)) next.add(id);
  return next;
}

interface SearchProps {
  readonly value: string;
  readonly count: number;
  readonly onChange: (value: string) => void;
}

const Search = memo(function Search({ value, count, onChange }: SearchProps): ReactNode {
  return (
    <SearchField className="search" value={value} onChange={onChange}>
      <Label className="visually-hidden">Search actors</Label>
      <Input placeholder={`Search ${counted(count, 'actor')}`} />
    </SearchField>
  );
});

/** Only what has changed the tree, and whether an earlier moment is shown, matter; the states are read by each row. */
function treeVersion({ context: { tape, moment } }: InspectorSnapshot): string {
  return moment === null || moment === tape.end ? `${tape.structure}` : `${tape.structure}:${moment}`;
}

interface ActorTreeProps {
  readonly hostName: string;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

/**
 * All actors at the shown moment; only visible rows are in the document. The focus stays on the tree, which names the
 * active row.
 */
export const ActorTree = memo(function ActorTree({ hostName, chosen, onChoose }: ActorTreeProps): ReactNode {
  const tape = useInspection(({ context }) => context.tape);
  const moment = useInspection(({ context }) => context.moment);
  const current = useInspection(treeVersion);
  const [search, setSearch] = useState('');
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const typed = useTyped();
  const from = useDeferredValue(current);
  const searched = useDeferredValue(search);
  const rows = useMemo(
    () => treeOf(tape, moment ?? tape.end, { host: hostName, search: searched, toggled }),
    [tape, from, hostName, searched, toggled],
  );
  const activeIndex = rows.findIndex(({ id }) => id === (active ?? chosen));
  const { container, height, items, page } = useRowsInView(rows, activeIndex);

  const make = ({ type, id }: Move): void => {
    setActive(id);
    if (type === 'toggle') setToggled((before) => toggledIn(before, id));
    else onChoose(id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = isCharacter(key)
      ? typedMove(typed(event), rows, activeIndex)
      : keyMove(key, rows, activeIndex, page());
    if (move === null) return;
    event.preventDefault();
    make(move);
  };
  const onClick = ({ target }: MouseEvent): void => {
    if (!(target instanceof Element)) return;
    const id = target.closest<HTMLElement>('[data-id]')?.dataset['id'];
    if (id !== undefined) make({ type: target.closest('.chevron') === null ? 'go' : 'toggle', id });
  };
  const count = useMemo(() => tape.actorsAt(moment ?? tape.end).length, [tape, from]);
  return (
    <nav className="list actor-list" aria-label="Actors">
      <Search value={search} count={count} onChange={setSearch} />
      <div
        ref={container}
        className="tree"
        role="tree"
        aria-label="Actors"
        aria-activedescendant={activeIndex < 0 ? undefined : elementIdOf(rows[activeIndex]?.id ?? '')}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div className="tree-space" role="none" style={{ height }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <TreeRow
                key={row.id}
                row={row}
                top={start}
                isActive={index === activeIndex}
                isChosen={row.id === (chosen ?? HOST_ROW)}
              />
            );
          })}
        </div>
      </div>
    </nav>
  );
});
