import type { SERVICE_OPERATIONS } from '../api/operations/services.ts';
import type { ServicePage, ServiceView } from '../api/schemas/service.ts';
import type { Control } from '../control/control.ts';
import { parseServiceId } from '../model/ids.ts';
import { RequestError } from './problem.ts';
import type { HandlersOf } from './route.ts';

// The cursor is the last id of the page before: a place in a list that can shrink needs a name, not a number.
function pageOf(services: readonly ServiceView[], limit: number, cursor: string | undefined): ServicePage {
  const last = cursor === undefined ? -1 : services.findIndex(({ id }) => id === cursor);
  if (last === -1 && cursor !== undefined) {
    const message = `names the service "${cursor}", which is gone; begin again without a cursor`;
    throw new RequestError('invalid_request', `"cursor" ${message}.`, { issues: [{ path: 'cursor', message }] });
  }
  const page = services.slice(last + 1, last + 1 + limit);
  const hasMore = last + 1 + page.length < services.length;
  return { services: page, next: hasMore ? (page.at(-1)?.id ?? null) : null };
}

/** The handlers of single services. */
export function serviceHandlers(control: Control): HandlersOf<typeof SERVICE_OPERATIONS> {
  return {
    listServices: ({ query: { limit, cursor } }) => pageOf(control.services(), limit, cursor),
    getService: ({ id }) => control.service(parseServiceId(id)),
    explainService: ({ id, query: { if_exit: ifExit } }) => control.explain(parseServiceId(id), ifExit),
    startService: ({ id, origin }) => control.startService(parseServiceId(id), origin),
    stopService: ({ id, origin }) => control.stopService(parseServiceId(id), origin),
    restartService: ({ id, origin }) => control.restartService(parseServiceId(id), origin),
  };
}
