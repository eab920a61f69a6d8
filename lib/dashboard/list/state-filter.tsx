import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useWorld } from '../host-context.ts';
import { StateMark } from '../words/state-badge.tsx';
import { countStandings } from '../../frontend/world/groups.ts';
import { STANDING_NAMES, STANDINGS } from '../../frontend/world/standing.ts';
import type { Standing } from '../../frontend/world/standing.ts';

interface StateFilterProps {
  readonly chosen: readonly Standing[];
  readonly onChoose: (standings: readonly Standing[]) => void;
}

/** The number of services in each state; each is also a filter, and several can be chosen. */
export function StateFilter({ chosen, onChoose }: StateFilterProps): ReactNode {
  const services = useWorld((world) => world.services);
  const counts = useMemo(() => countStandings(services.values()), [services]);
  return (
    <ToggleButtonGroup
      className="state-filter"
      aria-label="Filter by state"
      selectionMode="multiple"
      selectedKeys={chosen}
      onSelectionChange={(keys) => {
        onChoose(STANDINGS.filter((standing) => keys.has(standing)));
      }}
    >
      {STANDINGS.filter((standing) => counts[standing] > 0 || chosen.includes(standing)).map((standing) => (
        <ToggleButton key={standing} id={standing} className={`state-count is-${standing}`}>
          <StateMark state={standing} /> {counts[standing]} {STANDING_NAMES[standing]}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
