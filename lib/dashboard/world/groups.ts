import type { AgentView } from '../../api/schemas/agent.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { State, World } from './world.ts';

/** The states in the order in which they want attention. */
export const STATES: readonly State[] = ['failed', 'backoff', 'starting', 'stopping', 'running', 'stopped'];

/** Services that stand together in the list: those of one agent, those that several share, those of the host. */
export type Group = {
  /** Distinguishes groups and, after a colon, names the agent. */
  readonly key: string;
  readonly services: readonly ServiceView[];
} & ({ readonly type: 'agent'; readonly id: string; readonly agent: AgentView } | { readonly type: 'shared' | 'host' });

/** What of the list is wanted. */
export interface Wanted {
  /** A part of an id or a kind, in any case; empty: all. */
  readonly text: string;
  /** Null: any. */
  readonly state: State | null;
}

/** How many services are in each state. */
export function countStates(services: Iterable<ServiceView>): Readonly<Record<State, number>> {
  const counts = { failed: 0, backoff: 0, starting: 0, stopping: 0, running: 0, stopped: 0 };
  for (const { state } of services) counts[state] += 1;
  return counts;
}

/** The agents of each service: those whose plan names it, and those that hold it. */
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

function isWanted({ text, state }: Wanted, service: ServiceView): boolean {
  if (state !== null && service.state !== state) return false;
  const needle = text.toLowerCase();
  return service.id.toLowerCase().includes(needle) || service.kind.toLowerCase().includes(needle);
}

/**
 * The list: agents in the order of first start with the services that are theirs alone, then shared services, then those of the host. A
 * group of which nothing is wanted is left out, unless it is an agent that is looked for by its own name.
 */
export function groupsOf(world: World, wanted: Wanted): readonly Group[] {
  const owners = ownersOf(world);
  const ofAgent = new Map<string, ServiceView[]>([...world.agents.keys()].map((id) => [id, []]));
  const shared: ServiceView[] = [];
  const ofHost: ServiceView[] = [];
  for (const service of world.services.values()) {
    const [owner, another] = owners.get(service.id) ?? [];
    const list = another !== undefined ? shared : owner === undefined ? ofHost : ofAgent.get(owner);
    if (isWanted(wanted, service)) list?.push(service);
  }
  const groups: Group[] = [];
  for (const [id, agent] of world.agents) {
    const services = ofAgent.get(id) ?? [];
    const isNamed = wanted.state === null && id.toLowerCase().includes(wanted.text.toLowerCase());
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

/** The groups of now, with those of before where nothing in them has changed, so that they are not drawn again. */
export function keptGroups(before: readonly Group[], now: readonly Group[]): readonly Group[] {
  const known = new Map(before.map((group) => [group.key, group]));
  return now.map((group) => {
    const same = known.get(group.key);
    return same !== undefined && isSame(same, group) ? same : group;
  });
}
