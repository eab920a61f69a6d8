import type { OperationOf, QueryOf } from '../../api/operations.ts';
import type { EVENT_OPERATIONS } from '../../api/operations/events.ts';
import type { Control } from '../../control/control.ts';
import type { FeedQuery, FeedStart } from '../../model/feed.ts';
import { sendStream } from '../event-stream.ts';
import { RequestError } from '../problem.ts';
import type { HandlersOf } from '../route.ts';
import type { StreamLimit } from '../stream-limit.ts';
import { feedForm } from './feed-stream.ts';

type Fields = QueryOf<OperationOf<'streamEvents'>>;

function refuse(path: string, message: string): RequestError {
  return new RequestError('invalid_request', `"${path}" ${message}.`, { issues: [{ path, message }] });
}

/** The Last-Event-ID of a reconnecting client takes precedence over its URL. */
function startOf({ after, since }: Fields, lastEventId: string): FeedStart {
  if (lastEventId !== '') {
    const seq = /^\d{1,16}$/.test(lastEventId) ? Number(lastEventId) : NaN;
    if (Number.isSafeInteger(seq)) return { type: 'after', seq };
    throw refuse('Last-Event-ID', 'must be the id of an event, a whole number');
  }
  if (after !== undefined) {
    if (since !== undefined) throw refuse('after', 'cannot be given together with since');
    return { type: 'after', seq: after };
  }
  return since === undefined ? { type: 'now' } : { type: 'since', at: since };
}

function queryOf(fields: Fields, lastEventId: string): FeedQuery {
  const { agent_id: agentIds = [], service_id: serviceIds = [], type: types = [] } = fields;
  return { start: startOf(fields, lastEventId), filter: { agentIds, serviceIds, types } };
}

/** The handlers of events. */
export function eventHandlers(control: Control, streamLimit: StreamLimit): HandlersOf<typeof EVENT_OPERATIONS> {
  return {
    listEvents: ({ query: { after, before, order, limit, agent_id: agentId, service_id: serviceId, type } }) =>
      control.queries.history({
        after,
        limit,
        order,
        ...(before === undefined ? {} : { before }),
        ...(agentId === undefined ? {} : { agentId }),
        ...(serviceId === undefined ? {} : { serviceId }),
        ...(type === undefined ? {} : { type }),
      }),
    streamEvents: {
      write: ({ query: fields, ctx }) => {
        const query = queryOf(fields, ctx.get('Last-Event-ID'));
        return streamLimit.run(() => sendStream(ctx, feedForm, (gone) => control.queries.feed(query, gone)));
      },
    },
  };
}
