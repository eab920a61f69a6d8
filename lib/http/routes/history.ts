import type { QueryOf, OperationOf } from '../../api/operations.ts';
import type { PAST_OPERATIONS } from '../../api/operations/past.ts';
import type { Control, HistoryQuery } from '../../control/control.ts';
import { parseAgentId, parseServiceId } from '../../model/values/ids.ts';
import type { HandlersOf } from '../route.ts';

function pastQuery({ before, since, ...rest }: QueryOf<OperationOf<'getServiceHistory'>>): HistoryQuery {
  return { ...rest, ...(before === undefined ? {} : { before }), ...(since === undefined ? {} : { since }) };
}

/** The handlers of what was. */
export function pastHandlers(control: Control): HandlersOf<typeof PAST_OPERATIONS> {
  return {
    getServiceHistory: ({ id, query }) => control.queries.serviceHistory(parseServiceId(id), pastQuery(query)),
    getAgentHistory: ({ id, query }) => control.queries.agentHistory(parseAgentId(id), pastQuery(query)),
  };
}
