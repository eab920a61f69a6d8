import type { OperationOf, QueryOf } from '../../../api/operations.ts';
import { MAX_MERGED_SERVICES, type LOG_OPERATIONS } from '../../../api/operations/logs.ts';
import type { Control } from '../../../control/control.ts';
import type { Expression } from '../../../expression/expression.ts';
import { parseServiceId } from '../../../model/values/ids.ts';
import type { LogBatch } from '../../../model/values/log-line.ts';
import { sendStream } from '../../event-stream.ts';
import type { HandlersOf } from '../../route.ts';
import type { Context } from '../../request-context.ts';
import type { StreamLimit } from '../../stream-limit.ts';
import { sendFindings, sendLogPage } from './page.ts';
import {
  LIMIT_DEFAULT,
  refuse,
  refuseInFollow,
  wantedOutput,
  type LogFields,
  type WantedOutput,
  type WantedSearch,
  type WantedServices,
} from './query.ts';
import { SearchRounds } from './search.ts';
import { eventForm, textForm } from './stream.ts';

/** The first type is for clients without a preference, such as curl. */
const TYPES = ['text/plain', 'application/json', 'text/event-stream'] as const;

/** A search from its beginning to its end. */
async function* searchAll(rounds: SearchRounds, gone: AbortSignal): AsyncGenerator<LogBatch, void, undefined> {
  while (!gone.aborted && !rounds.isComplete) yield { type: 'items', items: await rounds.round(gone) };
}

/** The items that a follower gets: all gaps, and the lines that match. */
async function* matching(
  batches: AsyncIterable<LogBatch>,
  expression: Expression,
): AsyncGenerator<LogBatch, void, undefined> {
  for await (const batch of batches) {
    if (batch.type === 'starts') {
      yield batch;
      continue;
    }
    const items = batch.items.filter(({ item }) => item.type === 'gap' || expression.test(item.text));
    if (items.length > 0) yield { type: 'items', items };
  }
}

async function answerSearch(ctx: Context, control: Control, wanted: WantedOutput, search: WantedSearch): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => {
    gone.abort();
  };
  ctx.res.on('close', leave);
  try {
    const rounds = new SearchRounds(control, wanted, search);
    sendFindings(ctx, await rounds.round(gone.signal), rounds, wanted.services.isNamed);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    ctx.respond = false; // nobody is there
  } finally {
    ctx.res.off('close', leave);
  }
}

interface LogRequest {
  readonly services: WantedServices;
  readonly fields: LogFields;
  readonly ctx: Context;
}

async function answerLogs(
  control: Control,
  streamLimit: StreamLimit,
  { services, fields, ctx }: LogRequest,
): Promise<void> {
  const type = ctx.accepts([...TYPES]);
  const isEvents = type === 'text/event-stream';
  if (type === 'application/json' && fields.follow === true)
    throw refuse('follow', 'requires Accept: text/plain or text/event-stream');
  if (type !== 'application/json' && fields.limit !== undefined)
    throw refuse('limit', 'requires Accept: application/json');
  if (isEvents && fields.follow === false) throw refuse('follow', 'cannot be false for text/event-stream');
  const isFollow = isEvents || fields.follow === true;
  if (isFollow) refuseInFollow(fields);
  const lastEventId = isEvents ? ctx.get('Last-Event-ID') : '';
  const limit = type === 'application/json' ? (fields.limit ?? LIMIT_DEFAULT) : undefined;
  const wanted = wantedOutput(services, { ...fields, limit, follow: isFollow || undefined }, lastEventId);
  const { queries, search } = wanted;
  const { isNamed } = services;
  if (limit !== undefined) {
    if (search !== null) await answerSearch(ctx, control, wanted, search);
    else await sendLogPage(ctx, control.queries.logs(queries), { limit, isNamed, streams: wanted.streams });
    return;
  }
  const open = (gone: AbortSignal): AsyncIterable<LogBatch> => {
    if (search !== null && !isFollow) return searchAll(new SearchRounds(control, wanted, search), gone);
    const batches = control.queries.logs(queries, isFollow ? gone : undefined);
    return search === null ? batches : matching(batches, search.parsed);
  };
  const send = (): Promise<void> => sendStream(ctx, isEvents ? eventForm(isNamed) : textForm(isNamed), open);
  await (isFollow ? streamLimit.run(send) : send());
}

/** The services of the agent, and those that are named. */
function namedServices(
  control: Control,
  { agent_id: agentId, service_id: named }: QueryOf<OperationOf<'readMergedLogs'>>,
): WantedServices {
  if (agentId === undefined && named === undefined)
    throw refuse('service_id', 'is missing: name services, or an agent by agent_id');
  const ids = new Set(named);
  if (agentId !== undefined) {
    const known = new Set<string>(control.queries.services().map(({ id }) => id));
    const own = control.queries.agent(agentId).services.filter((id) => known.has(id));
    if (own.length === 0) throw refuse('agent_id', `names an agent without services: "${agentId}" has none`);
    for (const id of own) ids.add(id);
  }
  const path = named === undefined ? 'agent_id' : 'service_id';
  if (ids.size > MAX_MERGED_SERVICES)
    throw refuse(path, `means ${ids.size} services; at most ${MAX_MERGED_SERVICES} can be read together`);
  for (const id of ids) control.queries.service(id);
  return { ids: [...ids].map((id) => parseServiceId(id)), isNamed: true };
}

/** The handlers of service output. */
export function logHandlers(control: Control, streamLimit: StreamLimit): HandlersOf<typeof LOG_OPERATIONS> {
  return {
    readLogs: {
      write: ({ id, query: fields, ctx }) => {
        const services = { ids: [parseServiceId(id)], isNamed: false };
        return answerLogs(control, streamLimit, { services, fields, ctx });
      },
    },
    readMergedLogs: {
      write: ({ query, ctx }) => {
        return answerLogs(control, streamLimit, { services: namedServices(control, query), fields: query, ctx });
      },
    },
  };
}
