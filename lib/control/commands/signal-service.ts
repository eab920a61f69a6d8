import { ServiceNotAliveError, ServiceNotFoundError } from '../../model/errors.ts';
import { stateOf } from '../../model/states.ts';
import type { SendableSignal } from '../../model/values/signals.ts';
import { processDetail } from '../../model/process.ts';
import { serviceRef } from '../actors.ts';
import type { CommandOrigin } from '../control.ts';
import type { Runtime } from '../runtime.ts';
import { alreadyAccepted } from './idempotency.ts';

/**
 * Sends a signal to the process group of a service. It is recorded before it is sent, so that a resent request with the
 * same idempotency key sends no second signal. If the process exits, that is handled like any other exit. Throws
 * ServiceNotFoundError, ServiceNotAliveError.
 */
export async function signalService(
  { commandLog, root, ports: { processes } }: Runtime,
  id: string,
  signal: SendableSignal,
  origin: CommandOrigin,
): Promise<void> {
  await commandLog.run([id], async () => {
    const now = serviceRef(root, id)?.getSnapshot();
    if (now === undefined) throw new ServiceNotFoundError(id);
    if (alreadyAccepted(origin) !== undefined) return;
    const { spec } = now.context;
    const notAlive = new ServiceNotAliveError(id, stateOf(now.value).state);
    const status = processes.status(spec.id);
    if (status?.status !== 'alive') throw notAlive;
    const detail = { signal, ...processDetail(status.launch), generation: status.generation };
    await commandLog.accept({ event: { type: 'service.signalled', serviceId: spec.id, detail } }, origin);
    if (!(await processes.signal(spec.id, signal))) throw notAlive;
  });
}
