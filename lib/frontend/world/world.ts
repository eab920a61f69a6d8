/**
 * The page's knowledge of the host. It is read as a snapshot; events immediately update states, and the views that they
 * make stale are read again. Everything here is pure: a world is never modified but replaced, and unchanged views stay
 * the same objects, so that nothing is rendered without need.
 */
import type { AgentView } from '../../api/schemas/agent.ts';
import type { EventView } from '../../api/schemas/event.ts';
import type { HealthView } from '../../api/schemas/host.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import type { SessionView } from '../../api/schemas/session.ts';

/** The six public states. */
export type State = ServiceView['state'];

/** The known agents and services, in the order of their first start. */
export interface World {
  readonly agents: ReadonlyMap<string, AgentView>;
  readonly services: ReadonlyMap<string, ServiceView>;
  /** Null: not read yet. */
  readonly health: HealthView | null;
  /** What this browser may do. Null: not read yet. */
  readonly session: SessionView | null;
  /** The number of the last event about a webhook; 0: none came. */
  readonly webhookEvent: number;
}

/** The result of reading everything. */
export interface Snapshot {
  readonly agents: readonly AgentView[];
  readonly services: readonly ServiceView[];
  readonly health: HealthView;
  readonly session: SessionView;
}

/** The result of reading some views, and the health with them; null: the host no longer knows it. */
export interface Views {
  readonly health: HealthView;
  readonly agents: ReadonlyMap<string, AgentView | null>;
  readonly services: ReadonlyMap<string, ServiceView | null>;
}

export const EMPTY_WORLD: World = {
  agents: new Map(),
  services: new Map(),
  health: null,
  session: null,
  webhookEvent: 0,
};

/** Returns the previous object if nothing in it has changed. */
function reuse<T extends object>(before: T | null | undefined, now: T): T {
  return before != null && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

function byId<T extends { readonly id: string }>(
  before: ReadonlyMap<string, T>,
  now: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(now.map((view) => [view.id, reuse(before.get(view.id), view)]));
}

/** The world after a snapshot. */
export function withSnapshot(world: World, { agents, services, health, session }: Snapshot): World {
  return {
    ...world,
    agents: byId(world.agents, agents),
    services: byId(world.services, services),
    health: reuse(world.health, health),
    session: reuse(world.session, session),
  };
}

function replaced<T extends object>(
  before: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T | null>,
): ReadonlyMap<string, T> {
  if (now.size === 0) return before;
  const views = new Map(before);
  for (const [id, view] of now) {
    if (view === null) views.delete(id);
    else views.set(id, reuse(before.get(id), view));
  }
  return views;
}

/** The world with some views replaced; the same object if nothing has changed. */
export function withViews(world: World, views: Views): World {
  const agents = replaced(world.agents, views.agents);
  const services = replaced(world.services, views.services);
  const health = reuse(world.health, views.health);
  const isSame = agents === world.agents && services === world.services && health === world.health;
  return isSame ? world : { ...world, agents, services, health };
}

type Changed = Pick<AgentView, 'state' | 'since'> & Partial<Pick<ServiceView, 'substate' | 'reason'>>;

/** The effect of a state change on a view; null: the view is newer and stays unchanged. */
function changedBy(
  { at, to, detail }: EventView,
  view: { readonly since: string; readonly state: State },
): Changed | null {
  if (at < view.since || to === view.state) return null; // instants in the same format can be compared as text
  const { substate, reason } = detail;
  return {
    state: to as State, // as documented for events of this type
    since: at,
    ...(typeof substate === 'string' || substate === null ? { substate } : {}),
    ...(typeof reason === 'string' || reason === null ? { reason } : {}),
  };
}

function withAgentState(world: World, event: EventView): World {
  const view = world.agents.get(event.agent_id ?? '');
  const changed = view === undefined ? null : changedBy(event, view);
  if (view === undefined || changed === null) return world;
  const { state, since, reason = null } = changed;
  return { ...world, agents: new Map(world.agents).set(view.id, { ...view, state, since, reason }) };
}

function withServiceState(world: World, event: EventView): World {
  const view = world.services.get(event.service_id ?? '');
  const changed = view === undefined ? null : changedBy(event, view);
  if (view === undefined || changed === null) return world;
  const { state, substate = view.substate } = changed;
  const ready = state === 'running' ? substate === 'ready' : null;
  const next = { ...view, ...changed, ready, acknowledgement: null, next: null }; // the next deadline is in the view that is read after this
  return { ...world, services: new Map(world.services).set(view.id, next) };
}

/** The world after an event, as far as the event itself determines it. */
export function withEvent(world: World, event: EventView): World {
  if (event.type === 'service.state_changed') return withServiceState(world, event);
  if (event.type === 'agent.state_changed') return withAgentState(world, event);
  if (event.type.startsWith('webhook.')) return { ...world, webhookEvent: event.seq };
  return world;
}
