/**
 * What the page knows of the host. It is read as a snapshot; events tell at once what state something is in now, and the views that
 * they have made stale are read again. Everything here is pure: a world is never changed, a new one is made, and views that stay as
 * they are stay the same objects, so that nothing is drawn again without need.
 */
import type { AgentView } from '../../api/schemas/agent.ts';
import type { EventView } from '../../api/schemas/event.ts';
import type { HealthView } from '../../api/schemas/host.ts';
import type { ServiceView } from '../../api/schemas/service.ts';

/** The six public states. */
export type State = ServiceView['state'];

/** What is known of the host, in the order of first start. */
export interface World {
  readonly agents: ReadonlyMap<string, AgentView>;
  readonly services: ReadonlyMap<string, ServiceView>;
  /** Null: not read yet. */
  readonly health: HealthView | null;
}

/** What a reading of everything gives. */
export interface Snapshot {
  readonly agents: readonly AgentView[];
  readonly services: readonly ServiceView[];
  readonly health: HealthView;
}

/** What a reading of some views gives; null: the host knows it no more. */
export interface Views {
  readonly agents: ReadonlyMap<string, AgentView | null>;
  readonly services: ReadonlyMap<string, ServiceView | null>;
}

export const EMPTY_WORLD: World = { agents: new Map(), services: new Map(), health: null };

/** The same object as before where nothing in it has changed. */
function kept<T extends object>(before: T | undefined, now: T): T {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

function byId<T extends { readonly id: string }>(
  before: ReadonlyMap<string, T>,
  now: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(now.map((view) => [view.id, kept(before.get(view.id), view)]));
}

/** The world as a snapshot says it is. */
export function withSnapshot(world: World, { agents, services, health }: Snapshot): World {
  return { agents: byId(world.agents, agents), services: byId(world.services, services), health };
}

function replaced<T extends object>(
  before: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T | null>,
): ReadonlyMap<string, T> {
  if (now.size === 0) return before;
  const views = new Map(before);
  for (const [id, view] of now) {
    if (view === null) views.delete(id);
    else views.set(id, kept(before.get(id), view));
  }
  return views;
}

/** The world with some views as they are now. */
export function withViews(world: World, { agents, services }: Views): World {
  return { ...world, agents: replaced(world.agents, agents), services: replaced(world.services, services) };
}

type Changed = Pick<ServiceView, 'state' | 'since'> & Partial<Pick<ServiceView, 'substate' | 'reason'>>;

/** What a state change says of a view; null: the view is of a later time and stays as it is. */
function changedBy(
  { at, to, detail }: EventView,
  view: { readonly since: string; readonly state: State },
): Changed | null {
  if (at < view.since || to === view.state) return null; // instants of one form compare as text
  const { substate, reason } = detail;
  return {
    state: to as State, // as the document says of an event of this type
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
  const next = { ...view, ...changed, next: null }; // what comes next is in the view that is read after this
  return { ...world, services: new Map(world.services).set(view.id, next) };
}

/** The world after an event, as far as the event alone tells it. */
export function withEvent(world: World, event: EventView): World {
  if (event.type === 'service.state_changed') return withServiceState(world, event);
  if (event.type === 'agent.state_changed') return withAgentState(world, event);
  return world;
}
