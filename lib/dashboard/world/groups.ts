import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { State, World } from './world.ts';

/** The states by urgency. */
export const STATES: readonly State[] = ['failed', 'backoff', 'starting', 'stopping', 'running', 'stopped'];

/** Services that are listed together: those of one agent, shared ones, or those of the host. */
export type Group = {
  /** The type of group and, after a colon, the agent. */
  readonly key: string;
  readonly services: readonly ServiceView[];
} & ({ readonly type: 'agent'; readonly id: string; readonly agent: AgentView } | { readonly type: 'shared' | 'host' });

/** The filter of the list. */
export interface Filter {
  /** A part of an id or a kind, ignoring case; empty: all. */
  readonly text: string;
  /** Null: any. */
  readonly state: State | null;
}

/** The number of services in each state. */
export function countStates(services: Iterable<ServiceView>): Readonly<Record<State, number>> {
  const counts = { failed: 0, backoff: 0, starting: 0, stopping: 0, running: 0, stopped: 0 };
  for (const { state } of services) counts[state] += 1;
  return counts;
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

function matches({ text, state }: Filter, service: ServiceView): boolean {
  if (state !== null && service.state !== state) return false;
  const needle = text.toLowerCase();
  return service.id.toLowerCase().includes(needle) || service.kind.toLowerCase().includes(needle);
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
    if (matches(filter, service)) list?.push(service);
  }
  const groups: Group[] = [];
  for (const [id, agent] of world.agents) {
    const services = ofAgent.get(id) ?? [];
    const isNamed = filter.state === null && id.toLowerCase().includes(filter.text.toLowerCase());
    if (services.length > 0 || isNamed) groups.push({ key: `agent:${id}`, type: 'agent', id, agent, services });
  }
  if (shared.length > 0) groups.push({ key: 'shared', type: 'shared', services: shared });
  if (ofHost.length > 0) groups.push({ key: 'host', type: 'host', services: ofHost });
  return groups;
}

function isSame(one: Group, other: Group): boolean {
  if (one.services.length !== other.services.length) return false;
  if (one.type === 'agent' && other.type === 'agent' && one.agent !== other.agent) return false;
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
