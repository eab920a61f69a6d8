import type { QueryOf, OperationOf } from '../../api/operations.ts';
import type { HISTORY_OPERATIONS } from '../../api/operations/history.ts';
import type { Control, HistoryQuery } from '../../control/control.ts';
import { given } from '../../model/values/given.ts';
import { parseAgentId, parseServiceId } from '../../model/values/ids.ts';
import type { HandlersOf } from '../route.ts';

function historyQuery({ before, since, until, ...rest }: QueryOf<OperationOf<'getServiceHistory'>>): HistoryQuery {
  return { ...rest, ...given({ before, since, until }) };
}

/** The handlers of histories. */
export function historyHandlers(control: Control): HandlersOf<typeof HISTORY_OPERATIONS> {
  return {
    getServiceHistory: ({ id, query }) => control.queries.serviceHistory(parseServiceId(id), historyQuery(query)),
    getAgentHistory: ({ id, query }) => control.queries.agentHistory(parseAgentId(id), historyQuery(query)),
  };
}
