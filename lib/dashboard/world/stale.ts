import type { EventView } from '../../api/schemas/event.ts';

/** What has to be read again: single views, or everything. */
export type Stale =
  | { readonly type: 'everything' }
  | { readonly type: 'views'; readonly agents: ReadonlySet<string>; readonly services: ReadonlySet<string> };

export const NOTHING_STALE: Stale = { type: 'views', agents: new Set(), services: new Set() };
const ALL_EVENTS: Stale = { type: 'everything' };

/** From so many views on, everything is read instead: two pages are less than many single requests. */
const MOST_VIEWS = 20;

/** Types after which lists or more than the named view may differ. */
const SWEEPING = /^(?:host|config)\.|^agent\.(?:deleted|configured|start_requested)$|\.delete_requested$/;

/** What is stale after an event, besides what was before. */
export function staleAfter(stale: Stale, event: EventView): Stale {
  if (stale.type === 'everything' || SWEEPING.test(event.type)) return ALL_EVENTS;
  const { agent_id: agentId, service_id: serviceId } = event;
  const services = serviceId === undefined ? stale.services : new Set(stale.services).add(serviceId);
  const agents = agentId === undefined ? stale.agents : new Set(stale.agents).add(agentId);
  return agents.size + services.size > MOST_VIEWS ? ALL_EVENTS : { type: 'views', agents, services };
}

/** Whether there is nothing to read. */
export function isFresh(stale: Stale): boolean {
  return stale.type === 'views' && stale.agents.size === 0 && stale.services.size === 0;
}
