import { memo, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Input, Label, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useWorld } from '../host-context.ts';
import { goTo } from '../route.ts';
import { counted } from '../words/amount.ts';
import { StateMark } from '../words/state-badge.tsx';
import { countStates, groupsOf, keptGroups, STATES } from '../world/groups.ts';
import type { Group, Wanted } from '../world/groups.ts';
import type { Route } from '../world/route.ts';
import type { State } from '../world/world.ts';
import { ListTree } from './list-tree.tsx';
import './service-list.css';

interface StateFilterProps {
  readonly chosen: State | null;
  readonly onChoose: (state: State | null) => void;
}

/** The count of each state, which is also a filter. */
function StateFilter({ chosen, onChoose }: StateFilterProps): ReactNode {
  const services = useWorld((world) => world.services);
  const counts = useMemo(() => countStates(services.values()), [services]);
  return (
    <ToggleButtonGroup
      className="state-filter"
      aria-label="Only services in state"
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

/** All agents and services, searchable. */
export const ServiceList = memo(function ServiceList({ route }: { readonly route: Route }): ReactNode {
  const world = useWorld((now) => now);
  const [wanted, setWanted] = useState<Wanted>({ text: '', state: null });
  const shown = useDeferredValue(world);
  const before = useRef<readonly Group[]>([]);
  const sought = useDeferredValue(wanted);
  const groups = useMemo(() => (before.current = keptGroups(before.current, groupsOf(shown, sought))), [shown, sought]);
  const chosen = route.type === 'nothing' ? null : `${route.type}:${route.id}`;
  return (
    <nav className="list" aria-label="Agents and services">
      <SearchField
        className="search"
        value={wanted.text}
        onChange={(text) => {
          setWanted((before) => ({ ...before, text }));
        }}
      >
        <Label className="visually-hidden">Search agents and services</Label>
        <Input
          placeholder={`Search ${counted(world.agents.size, 'agent')}, ${counted(world.services.size, 'service')}`}
        />
      </SearchField>
      <StateFilter
        chosen={wanted.state}
        onChoose={(state) => {
          setWanted((before) => ({ ...before, state }));
        }}
      />
      <ListTree groups={groups} chosen={chosen} onChoose={goTo} />
    </nav>
  );
});
