import type { Target } from '../../frontend/command/consequences.ts';
import type { Group } from '../../frontend/world/groups.ts';
import type { World } from '../../frontend/world/world.ts';

/** The ids of the rows that are selected for a command. */
export type Selection = ReadonlySet<string>;

export const NOTHING_SELECTED: Selection = new Set();

/** What selecting a row selects: an agent, a service, or all services of another group. */
export function selectedBy(rowId: string, groups: readonly Group[]): readonly string[] {
  if (rowId.includes(':')) return [rowId];
  return groups.filter(({ key }) => key === rowId).flatMap(serviceRows);
}

function serviceRows({ services }: Group): readonly string[] {
  return services.map(({ id }) => `service:${id}`);
}

/** The selection of all services that are listed. */
export function allSelected(groups: readonly Group[]): Selection {
  return new Set(groups.flatMap(serviceRows));
}

/** Adds rows, or removes them if all of them are selected. */
export function toggled(selection: Selection, rowIds: readonly string[]): Selection {
  const isSelected = rowIds.length > 0 && rowIds.every((id) => selection.has(id));
  if (!isSelected) return new Set([...selection, ...rowIds]);
  return new Set([...selection].filter((id) => !rowIds.includes(id)));
}

/** What is selected and still exists, as it is now. */
export function targetsOf(selection: Selection, { agents, services }: World): readonly Target[] {
  return [...selection].flatMap((rowId): readonly Target[] => {
    const id = rowId.slice(rowId.indexOf(':') + 1);
    if (rowId.startsWith('agent:')) {
      const view = agents.get(id);
      return view === undefined ? [] : [{ type: 'agent', view }];
    }
    const view = services.get(id);
    return view === undefined ? [] : [{ type: 'service', view }];
  });
}

/** How many of the targets the list does not show now. */
export function hiddenOf(targets: readonly Target[], groups: readonly Group[]): number {
  const shown = new Set(groups.flatMap((group) => [group.key, ...serviceRows(group)]));
  return targets.filter(({ type, view }) => !shown.has(`${type}:${view.id}`)).length;
}
