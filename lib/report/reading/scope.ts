import type { Client } from '../../client/client.ts';
import { agentsOf } from '../../frontend/world/groups.ts';
import type { World } from '../../frontend/world/world.ts';
import type { Period } from '../../frontend/timeline/period.ts';
import type { Subject } from '../content.ts';

/** Which services and events a report is about. */
export interface Scope {
  /** Null: all. */
  readonly serviceIds: ReadonlySet<string> | null;
  readonly agent: string | null;
  /** A filter for the host, where it takes one; undefined: what it answers must be filtered. */
  readonly query: { readonly service_id?: string };
}

/** The most ids that the host takes in a filter. */
const MAX_LISTED = 100;

function scopeOf(serviceIds: ReadonlySet<string>, agent: string | null): Scope {
  const isShort = serviceIds.size > 0 && serviceIds.size <= MAX_LISTED;
  return { serviceIds, agent, query: isShort ? { service_id: [...serviceIds].join(',') } : {} };
}

type Reader = Pick<Client, 'getAgentHistory' | 'getServiceHistory' | 'listEvents'>;

/**
 * What a subject includes: of an agent also services that it no longer has, as far as the journal knows them. Rejects
 * with the problem of the host if neither the host nor its journal knows the subject.
 */
export async function readScope(
  client: Reader,
  { agent, service }: Subject,
  { agents, services }: Pick<World, 'agents' | 'services'>,
  range: Period,
  signal: AbortSignal,
): Promise<Scope> {
  if (service !== null) {
    if (!services.has(service)) await client.getServiceHistory({ id: service, query: { limit: 1 }, signal });
    return scopeOf(new Set([service]), null);
  }
  if (agent === null) return { serviceIds: null, agent: null, query: {} };
  if (!agents.has(agent)) await client.getAgentHistory({ id: agent, query: { limit: 1 }, signal });
  const ids = new Set(agents.get(agent)?.services);
  for (const one of services.values()) if (agentsOf(one, agents).includes(agent)) ids.add(one.id);
  const { events } = await client.listEvents({
    query: { agent_id: agent, type: 'process.*', ...times(range), order: 'newest_first', limit: 1_000 },
    signal,
  });
  for (const event of events) if (event.service_id !== undefined) ids.add(event.service_id);
  return scopeOf(ids, agent);
}

/** A period as the host takes it. */
export function times({ from, to }: Period): { readonly since: string; readonly until: string } {
  return { since: new Date(from).toISOString(), until: new Date(to).toISOString() };
}

/** Whether a service belongs to it. */
export function hasService({ serviceIds }: Scope, id: string): boolean {
  return serviceIds?.has(id) ?? true;
}

interface About {
  readonly agent_id?: string | undefined;
  readonly service_id?: string | undefined;
}

/** Whether an event is about it; what concerns the whole host does. */
export function concerns(scope: Scope, { agent_id: agentId, service_id: serviceId }: About): boolean {
  if (scope.serviceIds === null) return true;
  if (serviceId !== undefined) return scope.serviceIds.has(serviceId);
  return agentId === undefined || agentId === scope.agent;
}
