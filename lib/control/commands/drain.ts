import { serviceActorId } from '../../actors/service/context.ts';
import { stopLayers } from '../../model/policy/start-order.ts';
import { stateOf } from '../../model/states.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { agentRefs, serviceRef, serviceRefs, type SupervisorRef } from '../actors.ts';
import type { Runtime } from '../runtime.ts';

/**
 * Stops every service, dependents before their dependencies, and resolves when all are gone. The intentions stay: the
 * next host starts what is intended to run.
 */
export async function drain({ root, changes }: Runtime): Promise<void> {
  for (const agent of agentRefs(root)) agent.send({ type: 'host.drain' });
  const specs = serviceRefs(root).map((ref) => ref.getSnapshot().context.spec);
  const layers = stopLayers(specs.map(({ id, dependsOn }) => ({ id, dependsOn: dependsOn.map((on) => on.serviceId) })));
  for (const layer of layers) {
    for (const { id } of layer) serviceRef(root, id)?.send({ type: 'host.drain' });
    await Promise.all(layer.map(({ id }) => changes.until(serviceActorId(id), () => isDown(root, id))));
  }
}

function isDown(root: SupervisorRef, id: ServiceId): boolean {
  const snapshot = serviceRef(root, id)?.getSnapshot();
  return snapshot === undefined || stateOf(snapshot.value).state === 'stopped';
}
