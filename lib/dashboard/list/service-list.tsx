import { memo, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Input, Label, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useWorld } from '../host-context.ts';
import { goTo } from '../route.ts';
import { counted } from '../words/amount.ts';
import { StateMark } from '../words/state-badge.tsx';
import { countStates, groupsOf, reuseGroups, STATES } from '../world/groups.ts';
import type { Group, Filter } from '../world/groups.ts';
import type { Route } from '../world/route.ts';
import type { State } from '../world/world.ts';
import { ListTree } from './list-tree.tsx';
import './service-list.css';

interface StateFilterProps {
  readonly chosen: State | null;
  readonly onChoose: (state: State | null) => void;
}

/** The number of services in each state; each is also a filter. */
function StateFilter({ chosen, onChoose }: StateFilterProps): ReactNode {
  const services = useWorld((world) => world.services);
  const counts = useMemo(() => countStates(services.values()), [services]);
  return (
    <ToggleButtonGroup
      className="state-filter"
      aria-label="Filter by state"
      selectionMode="single"
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(keys) => {
        onChoose(STATES.find((state) => keys.has(state)) ?? null);
      }}
    >
      {STATES.filter((state) => counts[state] > 0 || state === chosen).map((state) => (
        <ToggleButton key={state} id={state} className={`state-count is-${state}`}>
          <StateMark state={state} /> {counts[state]} {state}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** All agents and services, with a search. */
export const ServiceList = memo(function ServiceList({ route }: { readonly route: Route }): ReactNode {
  const world = useWorld((now) => now);
  const [filter, setFilter] = useState<Filter>({ text: '', state: null });
  const shown = useDeferredValue(world);
  const before = useRef<readonly Group[]>([]);
  const searched = useDeferredValue(filter);
  const groups = useMemo(
    () => (before.current = reuseGroups(before.current, groupsOf(shown, searched))),
    [shown, searched],
  );
  const chosen = route.type === 'nothing' ? null : `${route.type}:${route.id}`;
  return (
    <nav className="list" aria-label="Agents and services">
      <SearchField
        className="search"
        value={filter.text}
        onChange={(text) => {
          setFilter((before) => ({ ...before, text }));
        }}
      >
        <Label className="visually-hidden">Search agents and services</Label>
        <Input
          placeholder={`Search ${counted(world.agents.size, 'agent')}, ${counted(world.services.size, 'service')}`}
        />
      </SearchField>
      <StateFilter
        chosen={filter.state}
        onChoose={(state) => {
          setFilter((before) => ({ ...before, state }));
        }}
      />
      <ListTree groups={groups} chosen={chosen} onChoose={goTo} />
    </nav>
  );
});
