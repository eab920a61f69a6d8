import type { Route } from '../../world/route.ts';
import type { Actor } from '../model/tape.ts';

/** The page of the dashboard about an actor; null: it has none. */
export function routeOf({ machine, name }: Actor): Route | null {
  if (machine !== 'service' && machine !== 'agent') return null;
  const id = name.slice(machine.length + 1);
  return machine === 'agent' ? { type: 'agent', id } : { type: 'service', id, tab: 'history' };
}
