import type { OperationOf, QueryOf } from '../../api/operations.ts';
import type { EVENT_OPERATIONS } from '../../api/operations/events.ts';
import type { Control } from '../../control/control.ts';
import type { FeedQuery, FeedStart } from '../../model/feed.ts';
import type { JournalQuery } from '../../model/journal.ts';
import { prefixOf, type EventFilter } from '../../model/values/event-filter.ts';
import { given } from '../../model/values/given.ts';
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
  return { start: startOf(fields, lastEventId), filter: filterOf(fields) };
}

function filterOf({
  agent_id: agentIds = [],
  service_id: serviceIds = [],
  type: types = [],
}: Pick<Fields, 'agent_id' | 'service_id' | 'type'>): EventFilter {
  return { agentIds, serviceIds, types };
}

/** A single id or type is looked up in an index of the journal; lists and patterns are not. */
function journalFilterOf(filter: EventFilter): Pick<JournalQuery, 'agentId' | 'serviceId' | 'type' | 'filter'> {
  const [agentId, serviceId, type] = [only(filter.agentIds), only(filter.serviceIds), only(filter.types)];
  const isExact = type !== undefined && prefixOf(type) === null;
  const rest = {
    agentIds: agentId === undefined ? filter.agentIds : [],
    serviceIds: serviceId === undefined ? filter.serviceIds : [],
    types: isExact ? [] : filter.types,
  };
  return {
    ...given({ agentId, serviceId }),
    ...(isExact ? { type } : {}),
    ...(Object.values(rest).every((values) => values.length === 0) ? {} : { filter: rest }),
  };
}

function only(values: readonly string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function pageOf({
  after,
  before,
  since,
  until,
  order,
  limit,
  ...fields
}: QueryOf<OperationOf<'listEvents'>>): JournalQuery {
  return { after, limit, order, ...given({ before, since, until }), ...journalFilterOf(filterOf(fields)) };
}

/** The handlers of events. */
export function eventHandlers(control: Control, streamLimit: StreamLimit): HandlersOf<typeof EVENT_OPERATIONS> {
  return {
    listEvents: ({ query }) => control.queries.history(pageOf(query)),
    listCommands: ({ query: { actor, address, tool, ...page } }) =>
      control.queries.history({ ...pageOf(page), command: given({ actor, address, tool }) }),
    streamEvents: {
      write: ({ query: fields, ctx }) => {
        const query = queryOf(fields, ctx.get('Last-Event-ID'));
        return streamLimit.run(() => sendStream(ctx, feedForm, (gone) => control.queries.feed(query, gone)));
      },
    },
  };
}
