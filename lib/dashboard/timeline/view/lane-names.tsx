import type { Virtualizer } from '@tanstack/react-virtual';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { Lane } from '../../../frontend/timeline/lanes.ts';

interface LaneNamesProps {
  readonly rows: readonly Lane[];
  readonly nameOf: (id: string) => string;
  readonly virtual: Virtualizer<HTMLDivElement, Element>;
  /** The index of the chosen lane; -1: none. */
  readonly chosen: number;
  readonly onChosen: (index: number, id: string | null) => void;
}

/** The names of the lanes, of which only those in view are in the document. */
export function LaneNames({ rows, nameOf, virtual, chosen, onChosen }: LaneNamesProps): ReactNode {
  return (
    <ul className="tl-names" aria-label="Services">
      {virtual.getVirtualItems().map(({ index, start }) => {
        const lane = rows[index];
        return lane === undefined ? null : (
          <li key={lane.id ?? ''} style={{ transform: `translateY(${start}px)` }}>
            <Button
              className="tl-name"
              aria-pressed={index === chosen}
              onPress={() => {
                onChosen(index, lane.id);
              }}
            >
              {lane.id === null ? 'Host' : nameOf(lane.id)}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
