import { serviceActorId } from '../../actors/service/context.ts';
import { ServiceHeldError, ServiceNotFoundError } from '../../model/errors.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import { serviceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import { removeService } from './forget-leftovers.ts';
import { alreadyAccepted } from './idempotency.ts';
import type { ServiceCommands } from './service-commands.ts';

/**
 * Removes a service: releases a shared coreio, or stops and removes a service that nothing references. A service that
 * belongs to agents or to the host configuration is refused. Throws ServiceNotFoundError, ServiceHeldError.
 */
export async function deleteService(
  runtime: Runtime,
  commands: ServiceCommands,
  id: string,
  origin: CommandOrigin,
): Promise<void> {
  const { commandLog, root, intentions, recorder } = runtime;
  await commandLog.run([id], async () => {
    const service = serviceRef(root, id);
    const isAccepted = alreadyAccepted(origin) !== undefined;
    if (service === undefined && isAccepted) return;
    if (service === undefined) throw new ServiceNotFoundError(id);
    const { spec } = service.getSnapshot().context;
    const agents = intentions.agentsWith(id);
    const holder = intentions.service(id)?.holder ?? null;
    const isReferenced = agents.length > 0 || holder === 'host';
    if (isReferenced && isAccepted) return; // again, since the first request
    if (isReferenced)
      throw new ServiceHeldError(
        id,
        agents.map(({ plan }) => plan.id),
      );
    if (holder === 'io') await commands.releaseLocked(spec.id, 'io', origin);
    else await forget(runtime, commands, spec.id, origin);
    await recorder.flush();
  });
}

async function forget(
  runtime: Runtime,
  commands: ServiceCommands,
  id: ServiceId,
  origin: CommandOrigin,
): Promise<void> {
  const { commandLog, root, changes, intentions } = runtime;
  const actorId = serviceActorId(id);
  if (alreadyAccepted(origin) === undefined) {
    const event = { type: 'service.delete_requested', serviceId: id, detail: {} };
    await commandLog.accept({ drop: [actorId], event }, origin);
    serviceRef(root, id)?.send({ type: 'service.stop', correlationId: origin.correlationId });
  }
  const isReferencedAgain = (): boolean => intentions.entries().has(id);
  const isDone = (): boolean => isReferencedAgain() || commands.isGone(id);
  await changes.actWhen(actorId, isDone, () => {
    if (!isReferencedAgain()) removeService(runtime, id);
  });
}
