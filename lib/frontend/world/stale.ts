import type { EventView } from '../../api/schemas/event.ts';
import type { World } from './world.ts';

/** What must be read again: single views, or everything. */
export type Stale =
  | { readonly type: 'everything' }
  | { readonly type: 'views'; readonly agents: ReadonlySet<string>; readonly services: ReadonlySet<string> };

export const NOTHING_STALE: Stale = { type: 'views', agents: new Set(), services: new Set() };
const ALL_EVENTS: Stale = { type: 'everything' };

/** Beyond this number, everything is read instead: two pages are cheaper than many single requests. */
const MAX_VIEWS = 20;

/** Event types that can change lists, or more than one view. */
const SWEEPING = /^(?:host|config)\.|^agent\.(?:deleted|configured|start_requested)$|\.delete_requested$/;

/** Adds what is stale after an event. */
export function staleAfter(stale: Stale, event: EventView): Stale {
  if (stale.type === 'everything' || SWEEPING.test(event.type)) return ALL_EVENTS;
  const { agent_id: agentId, service_id: serviceId } = event;
  const services = serviceId === undefined ? stale.services : new Set(stale.services).add(serviceId);
  const agents = agentId === undefined ? stale.agents : new Set(stale.agents).add(agentId);
  return agents.size + services.size > MAX_VIEWS ? ALL_EVENTS : { type: 'views', agents, services };
}

/**
 * Adds what changes without an event: the reason why a service is not ready, or not started yet, which each probe finds
 * again. At most as many as are read one by one.
 */
export function staleWithTime(stale: Stale, { services }: World): Stale {
  if (stale.type === 'everything') return stale;
  const found = new Set(stale.services);
  for (const { id, substate } of services.values()) {
    if (found.size < MAX_VIEWS && (substate === 'unready' || substate === 'probing')) found.add(id);
  }
  return { ...stale, services: found };
}

/** Whether nothing is stale. */
export function isFresh(stale: Stale): boolean {
  return stale.type === 'views' && stale.agents.size === 0 && stale.services.size === 0;
}
