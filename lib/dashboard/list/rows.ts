import type { State } from '../world/world.ts';
import type { Group } from '../world/groups.ts';
import type { Route } from '../world/route.ts';

/** One line of the list: a group, or a service of an open group below it. */
export interface Row {
  /** Names its type and, after a colon, the agent or service. */
  readonly id: string;
  readonly name: string;
  /** Null: it has none, since it only gathers others. */
  readonly state: State | null;
  /** From 1: groups, then what is in them. */
  readonly level: 1 | 2;
  /** Among those of its level with the same parent, from 1. */
  readonly position: number;
  readonly siblings: number;
  /** Null: nothing can be in it. */
  readonly isOpen: boolean | null;
}

const SHARED_NAMES = { shared: 'Shared services', host: 'Host services' } as const;

/** The lines from top to bottom, without what is in closed groups. */
export function rowsOf(groups: readonly Group[], closed: ReadonlySet<string>): readonly Row[] {
  return groups.flatMap((group, index) => {
    const isOpen = !closed.has(group.key);
    const place = { level: 1, position: index + 1, siblings: groups.length } as const;
    const head: Row = { id: group.key, ...namedAs(group), ...place, isOpen };
    return isOpen ? [head, ...servicesOf(group)] : [head];
  });
}

function namedAs(group: Group): Pick<Row, 'name' | 'state'> {
  if (group.type === 'agent') return { name: group.id, state: group.agent.state };
  return { name: SHARED_NAMES[group.type], state: null };
}

function servicesOf({ services }: Group): readonly Row[] {
  const siblings = services.length;
  return services.map(({ id, state }, index) => {
    return { id: `service:${id}`, name: id, state, level: 2, position: index + 1, siblings, isOpen: null };
  });
}

/** What a row stands for, as the page shows it; null: it only gathers others. */
export function routeOf(id: string): Route | null {
  const [type, ...rest] = id.split(':');
  const name = rest.join(':');
  if (type === 'agent') return { type, id: name };
  return type === 'service' ? { type, id: name, tab: 'overview' } : null;
}
