import type { EVENT_OPERATIONS } from '../api/operations/events.ts';
import type { Control } from '../control/control.ts';
import type { HandlersOf } from './route.ts';

/** The handlers of events. */
export function eventHandlers(control: Control): HandlersOf<typeof EVENT_OPERATIONS> {
  return {
    listEvents: ({ query: { after, limit, agent_id: agentId, service_id: serviceId, type } }) =>
      control.history({
        after,
        limit,
        ...(agentId === undefined ? {} : { agentId }),
        ...(serviceId === undefined ? {} : { serviceId }),
        ...(type === undefined ? {} : { type }),
      }),
  };
}
