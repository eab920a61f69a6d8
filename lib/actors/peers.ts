import type { ActorRef, AnyActorRef, Snapshot } from 'xstate';
import type { AgentEvent } from './agent/events.ts';
import type { ServiceEvent } from './service/events.ts';

/** Any agent or service actor, as its siblings see it. */
export type Peer = ActorRef<Snapshot<unknown>, ServiceEvent | AgentEvent>;

/** The sibling with this system id (`agent:<id>`, `service:<id>`), or undefined if there is none. */
export function peer(system: AnyActorRef['system'], id: string): Peer | undefined {
  return system.get(id) as Peer | undefined; // the root spawns nothing else under these names
}
