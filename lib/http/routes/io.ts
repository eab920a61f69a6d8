import type { IO_OPERATIONS } from '../../api/operations/io.ts';
import type { Control } from '../../control/control.ts';
import { inWords } from '../../model/states.ts';
import { parseServiceId } from '../../model/values/ids.ts';
import type { HandlersOf } from '../route.ts';
import { waitOf } from '../waiting.ts';

/** How long the response to a start waits for the service to be running, as with the original API. */
const START_WAIT = { wait: 'running', timeout: { ms: 1_000 } } as const;

/** The handlers of coreio services, which agents can share. */
export function ioHandlers(control: Control): HandlersOf<typeof IO_OPERATIONS> {
  return {
    startIo: async ({ body: { config_path: configPath, coreio_id: coreioId }, origin, ctx }) => {
      const request = { configPath, ...(coreioId == null ? {} : { coreioId }) };
      const io = await control.startIo(request, origin, waitOf(ctx, START_WAIT));
      return {
        service_id: io.service_id,
        message: `Service "${io.service_id}" is ${inWords(io.status.state)}.`,
        config_path: io.status.config_path,
        status: io.status,
      };
    },
    stopIo: ({ id, origin }) => control.stopIo(parseServiceId(id), origin),
    getIoStatus: ({ id }) => control.queries.io(parseServiceId(id)),
    listIo: () => ({ coreio_services: control.queries.ioServices() }),
  };
}
