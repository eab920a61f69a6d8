import { StateMachine, type ActorRefFrom, type AnyActorRef, type SnapshotFrom } from 'xstate';
import type { createAgentMachine } from '../actors/agent/machine.ts';
import { agentActorId } from '../actors/agent/context.ts';
import type { createServiceMachine } from '../actors/service/machine.ts';
import { serviceActorId } from '../actors/service/context.ts';
import type { SupervisorEvent } from '../actors/supervisor/events.ts';
import type { createSupervisorMachine } from '../actors/supervisor/machine.ts';
import { childrenOfSrc } from '../actors/xstate/children.ts';
import type { AgentId, ServiceId } from '../model/values/ids.ts';

export type SupervisorRef = ActorRefFrom<ReturnType<typeof createSupervisorMachine>>;
export type ServiceRef = ActorRefFrom<ReturnType<typeof createServiceMachine>>;
export type AgentRef = ActorRefFrom<ReturnType<typeof createAgentMachine>>;
export type ServiceSnapshot = SnapshotFrom<ReturnType<typeof createServiceMachine>>;
export type AgentSnapshot = SnapshotFrom<ReturnType<typeof createAgentMachine>>;

/** The live actor of a service. */
export function serviceRef(root: SupervisorRef, id: ServiceId | string): ServiceRef | undefined {
  return root.getSnapshot().children[serviceActorId(id as ServiceId)] as ServiceRef | undefined; // the root's own naming
}

/** The live actor of an agent. */
export function agentRef(root: SupervisorRef, id: AgentId | string): AgentRef | undefined {
  return root.getSnapshot().children[agentActorId(id as AgentId)] as AgentRef | undefined; // the root's own naming
}

/** All service actors, in creation order. */
export function serviceRefs(root: SupervisorRef): readonly ServiceRef[] {
  return childrenOfSrc(root, 'service') as readonly ServiceRef[]; // the children of that src
}

/** All agent actors, in creation order. */
export function agentRefs(root: SupervisorRef): readonly AgentRef[] {
  return childrenOfSrc(root, 'agent') as readonly AgentRef[]; // the children of that src
}

/**
 * Stops every agent and service actor with its timers and effects; the root, which does nothing on its own, stays. The
 * root's own `stop` copies the list of its children once per child, which takes 10 s for 2,000. So each child is sent
 * the event that `stop` would send.
 */
export function stopActors(root: SupervisorRef): void {
  const stop = { type: 'xstate.stop' } as unknown as SupervisorEvent; // XState keeps its own events out of the types
  for (const child of Object.values<AnyActorRef | undefined>(root.getSnapshot().children)) child?.send(stop);
}

/** Whether this is a statechart actor, not an effect. */
export function isMachineActor(ref: AnyActorRef): boolean {
  return 'logic' in ref && ref.logic instanceof StateMachine;
}
