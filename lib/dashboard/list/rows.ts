import { GROUP_NAMES } from '../../frontend/world/groups.ts';
import type { Group } from '../../frontend/world/groups.ts';
import { shortIds } from '../../frontend/world/short-ids.ts';
import { standingOf } from '../../frontend/world/standing.ts';
import type { Standing } from '../../frontend/world/standing.ts';
import type { Route } from '../world/route.ts';

/** A row of the list: a group, or a service in an open group. */
export interface Row {
  /** The type and, after a colon, the id of the agent or service. */
  readonly id: string;
  readonly name: string;
  /** The same as it fits into a row. */
  readonly short: string;
  /** Null: a group that is not an agent. */
  readonly state: Standing | null;
  /** 1: groups; 2: their services. */
  readonly level: 1 | 2;
  /** Its position among its siblings, from 1. */
  readonly position: number;
  readonly siblings: number;
  /** Null: not a group. */
  readonly isOpen: boolean | null;
}

/** The visible rows from top to bottom, without the content of closed groups. */
export function rowsOf(groups: readonly Group[], closed: ReadonlySet<string>): readonly Row[] {
  const ids = groups.flatMap((group) => [group.type === 'agent' ? [group.id] : [], group.services.map(({ id }) => id)]);
  const short = shortIds(ids.flat());
  return groups.flatMap((group, index) => {
    const isOpen = !closed.has(group.key);
    const place = { level: 1, position: index + 1, siblings: groups.length } as const;
    const head: Row = { id: group.key, ...labelOf(group, short), ...place, isOpen };
    return isOpen ? [head, ...servicesOf(group, short)] : [head];
  });
}

type ShortIds = ReturnType<typeof shortIds>;

function labelOf(group: Group, short: ShortIds): Pick<Row, 'name' | 'short' | 'state'> {
  if (group.type === 'agent') return { name: group.id, short: short.get(group.id) ?? group.id, state: group.standing };
  const name = GROUP_NAMES[group.type];
  return { name, short: name, state: null };
}

function servicesOf({ services }: Group, short: ShortIds): readonly Row[] {
  const siblings = services.length;
  return services.map((service, index) => {
    const { id } = service;
    return {
      id: `service:${id}`,
      name: id,
      short: short.get(id) ?? id,
      state: standingOf(service),
      level: 2,
      position: index + 1,
      siblings,
      isOpen: null,
    };
  });
}

/** The route to the detail view of a row; null: it has none. */
export function routeOf(id: string): Route | null {
  const [type, ...rest] = id.split(':');
  const name = rest.join(':');
  if (type === 'agent') return { type, id: name };
  return type === 'service' ? { type, id: name, tab: 'overview' } : null;
}
