import { memo, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import { useWorld } from '../host-context.ts';
import { goTo } from '../route.ts';
import { counted } from '../../frontend/words/amount.ts';
import { groupsOf, reuseGroups } from '../../frontend/world/groups.ts';
import type { Group } from '../../frontend/world/groups.ts';
import type { Route } from '../world/route.ts';
import type { World } from '../../frontend/world/world.ts';
import { SelectionCommands } from '../command/selection-commands.tsx';
import { ListTree } from './list-tree.tsx';
import { hiddenOf, NOTHING_SELECTED, targetsOf } from './selection.ts';
import { StateFilter } from './state-filter.tsx';
import { useFilter } from './use-filter.ts';
import './service-list.css';

/** Why nothing is listed. */
function emptyWords({ agents, services, health }: World): string {
  if (health === null) return 'Loading…';
  return agents.size + services.size === 0 ? 'No agents and no services yet.' : 'No agent or service matches.';
}

interface ServiceListProps {
  readonly route: Route;
  /** The field of the filter, for whoever leads to it. */
  readonly filterField: RefObject<HTMLInputElement | null>;
}

/** All agents and services, with a search. */
export const ServiceList = memo(function ServiceList({ route, filterField }: ServiceListProps): ReactNode {
  const world = useWorld((now) => now);
  const [filter, setFilter] = useFilter();
  const shown = useDeferredValue(world);
  const before = useRef<readonly Group[]>([]);
  const searched = useDeferredValue(filter);
  const groups = useMemo(
    () => (before.current = reuseGroups(before.current, groupsOf(shown, searched))),
    [shown, searched],
  );
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const targets = useMemo(() => targetsOf(selection, world), [selection, world]);
  const chosen = 'id' in route ? `${route.type}:${route.id}` : null;
  return (
    <nav className="list" aria-label="Agents and services">
      <SearchField
        className="search"
        value={filter.text}
        onChange={(text) => {
          setFilter({ ...filter, text });
        }}
      >
        <Label className="visually-hidden">Search agents and services</Label>
        <Input
          ref={filterField}
          placeholder={`Search ${counted(world.agents.size, 'agent')}, ${counted(world.services.size, 'service')}`}
        />
      </SearchField>
      <StateFilter
        chosen={filter.standings}
        onChoose={(standings) => {
          setFilter({ ...filter, standings });
        }}
      />
      <ListTree
        groups={groups}
        chosen={chosen}
        onChoose={goTo}
        empty={emptyWords(world)}
        selection={selection}
        onSelect={setSelection}
      />
      {targets.length === 0 ? null : (
        <SelectionCommands
          targets={targets}
          hidden={hiddenOf(targets, groups)}
          onClear={() => {
            setSelection(NOTHING_SELECTED);
          }}
        />
      )}
    </nav>
  );
});
