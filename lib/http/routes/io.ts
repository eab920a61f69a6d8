import type { IO_OPERATIONS } from '../../api/operations/io.ts';
import type { Control } from '../../control/control.ts';
import { parseServiceId } from '../../model/values/ids.ts';
import type { HandlersOf } from '../route.ts';

/** The handlers of coreio services, which agents can share. */
export function ioHandlers(control: Control): HandlersOf<typeof IO_OPERATIONS> {
  return {
    startIo: async ({ body: { config_path: configPath, coreio_id: coreioId }, origin }) => {
      const io = await control.startIo({ configPath, ...(coreioId == null ? {} : { coreioId }) }, origin);
      return {
        service_id: io.service_id,
        message: `Service "${io.service_id}" is ${io.status.state}.`,
        config_path: io.status.config_path,
        status: io.status,
      };
    },
    stopIo: ({ id, origin }) => control.stopIo(parseServiceId(id), origin),
    getIoStatus: ({ id }) => control.queries.io(parseServiceId(id)),
    listIo: () => ({ coreio_services: control.queries.ioServices() }),
  };
}
