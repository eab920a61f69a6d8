import { OrphanServiceError, ServiceNotFoundError } from '../../model/errors.ts';
import { parseServiceId } from '../../model/values/ids.ts';
import type { CommandOrigin } from '../control.ts';
import { foreignOrphan, type ForeignOrphan } from '../queries/orphans.ts';
import { orphanSpec } from '../recovery/orphan-services.ts';
import type { Runtime } from '../runtime.ts';
import { alreadyAccepted } from './idempotency.ts';

/** Stops such an orphan; resolves when its processes are gone. Throws ServiceNotFoundError. */
export async function stopForeignOrphan(runtime: Runtime, id: string, origin: CommandOrigin): Promise<ForeignOrphan> {
  const { commandLog, ports } = runtime;
  const serviceId = parseServiceId(id);
  return commandLog.run([serviceId], async () => {
    const orphan = foreignOrphan(runtime, id);
    if (orphan === null) throw new ServiceNotFoundError(id);
    if (alreadyAccepted(origin) === undefined) {
      await commandLog.accept({ event: { type: 'service.stop_requested', serviceId, detail: {} } }, origin);
    }
    await ports.processes.stop(serviceId, orphanSpec(serviceId, id).stop);
    return orphan;
  });
}

/** Throws OrphanServiceError for an orphan that no actor represents: it can only be stopped. */
export function assertNotForeign(runtime: Runtime, id: string): void {
  if (foreignOrphan(runtime, id) !== null) throw new OrphanServiceError(id);
}
