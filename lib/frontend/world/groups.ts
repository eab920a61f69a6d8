import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { matchesFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import { standingOf, standingOfAgent } from './standing.ts';
import type { Standing } from './standing.ts';
import type { World } from './world.ts';

/** Services that are listed together: those of one agent, shared ones, or those of the host. */
export type Group = {
  /** The type of group and, after a colon, the agent. */
  readonly key: string;
  readonly services: readonly ServiceView[];
} & (
  | { readonly type: 'agent'; readonly id: string; readonly agent: AgentView; readonly standing: Standing }
  | { readonly type: 'shared' | 'host' }
);

/** The names of groups that are no agents. */
export const GROUP_NAMES = { shared: 'Shared services', host: 'Host services' } as const;

/** The number of services in each standing. */
export function countStandings(services: Iterable<ServiceView>): Readonly<Record<Standing, number>> {
  const counts = { failed: 0, doubt: 0, backoff: 0, unready: 0, starting: 0, stopping: 0, running: 0, stopped: 0 };
  for (const service of services) counts[standingOf(service)] += 1;
  return counts;
}

/** The agents of one service: those whose plan contains it, and those that hold it. */
export function agentsOf({ id, agents: holders }: ServiceView, agents: World['agents']): readonly string[] {
  const planned = [...agents.values()].filter(({ services }) => services.includes(id)).map((agent) => agent.id);
  return [...new Set([...planned, ...holders])];
}

/** The agents of each service: those whose plan contains it, and those that hold it. */
function ownersOf({ agents, services }: World): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map<string, Set<string>>();
  const add = (serviceId: string, agentId: string): void => {
    if (!agents.has(agentId)) return;
    const known = owners.get(serviceId);
    if (known === undefined) owners.set(serviceId, new Set([agentId]));
    else known.add(agentId);
  };
  for (const agent of agents.values()) for (const serviceId of agent.services) add(serviceId, agent.id);
  for (const service of services.values()) for (const agentId of service.agents) add(service.id, agentId);
  return owners;
}

/**
 * The list: agents in the order of their first start with the services that only they have, then shared services, then
 * those of the host. Groups without matching services are omitted, unless it is an agent whose own name matches.
 */
export function groupsOf(world: World, filter: Filter): readonly Group[] {
  const owners = ownersOf(world);
  const ofAgent = new Map<string, ServiceView[]>([...world.agents.keys()].map((id) => [id, []]));
  const shared: ServiceView[] = [];
  const ofHost: ServiceView[] = [];
  for (const service of world.services.values()) {
    const [owner, another] = owners.get(service.id) ?? [];
    const list = another !== undefined ? shared : owner === undefined ? ofHost : ofAgent.get(owner);
    if (matchesFilter(filter, service)) list?.push(service);
  }
  const groups: Group[] = [];
  for (const [id, agent] of world.agents) {
    const services = ofAgent.get(id) ?? [];
    const isNamed = filter.standings.length === 0 && id.toLowerCase().includes(filter.text.toLowerCase());
    if (services.length > 0 || isNamed) {
      const standing = standingOfAgent(
        agent,
        agent.services.flatMap((one) => world.services.get(one) ?? []),
      );
      groups.push({ key: `agent:${id}`, type: 'agent', id, agent, standing, services });
    }
  }
  if (shared.length > 0) groups.push({ key: 'shared', type: 'shared', services: shared });
  if (ofHost.length > 0) groups.push({ key: 'host', type: 'host', services: ofHost });
  return groups;
}

function isSame(one: Group, other: Group): boolean {
  if (one.services.length !== other.services.length) return false;
  if (one.type === 'agent' && other.type === 'agent') {
    if (one.agent !== other.agent || one.standing !== other.standing) return false;
  }
  return one.services.every((service, index) => service === other.services[index]);
}

/** The current groups; unchanged ones are the same objects as before, so that they are not rendered again. */
export function reuseGroups(before: readonly Group[], now: readonly Group[]): readonly Group[] {
  const known = new Map(before.map((group) => [group.key, group]));
  return now.map((group) => {
    const same = known.get(group.key);
    return same !== undefined && isSame(same, group) ? same : group;
  });
}
