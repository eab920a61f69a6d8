import { ServiceNotFailingError, ServiceNotFoundError } from '../../model/errors.ts';
import { stateOf } from '../../model/states.ts';
import { serviceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import { hostEvent, ofCommand } from '../journal/events.ts';
import type { Runtime } from '../runtime.ts';
import { alreadyAccepted } from './idempotency.ts';

/**
 * Records that somebody has seen the failure that a service is in. It applies to this failure alone: if the service
 * changes its state while the command is saved, it applies to nothing. Throws ServiceNotFoundError,
 * ServiceNotFailingError.
 */
export async function acknowledgeService(
  { commandLog, recorder, root, ports: { clock } }: Runtime,
  id: string,
  note: string | null,
  origin: CommandOrigin,
): Promise<void> {
  await commandLog.run([id], async () => {
    const service = serviceRef(root, id);
    if (service === undefined) throw new ServiceNotFoundError(id);
    const { context, value } = service.getSnapshot();
    const { state } = stateOf(value);
    if (alreadyAccepted(origin) === undefined) {
      if (state !== 'backoff' && state !== 'failed') throw new ServiceNotFailingError(id, state);
      const { id: serviceId, agentId } = context.spec;
      const event = { type: 'service.acknowledged', agentId, serviceId, detail: { state, note } };
      await commandLog.accept({ event }, origin);
    }
    const acknowledgement = { at: clock.now(), actor: origin.source?.actor ?? null, note };
    service.send({ type: 'service.acknowledge', since: context.since, acknowledgement });
    await recorder.flush();
  });
}

/** Removes all notices from the health. Rejects if that cannot be written. */
export async function acknowledgeNotices(
  { notices, recorder, ports: { clock } }: Runtime,
  origin: CommandOrigin,
): Promise<void> {
  const acknowledged = await notices.acknowledge();
  if (acknowledged.length === 0) return;
  const event = hostEvent('health.acknowledged', clock.now(), { notices: acknowledged.map(({ code }) => code) });
  recorder.note({ ...event, ...ofCommand(origin) });
}
