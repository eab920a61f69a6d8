import type { OperationOf, QueryOf } from '../../api/operations.ts';
import type { LOG_OPERATIONS } from '../../api/operations/logs.ts';
import type { Control } from '../../control/control.ts';
import { parseServiceId } from '../../model/values/ids.ts';
import {
  LOG_STREAMS,
  parsePosition,
  type LogPosition,
  type LogQuery,
  type LogStart,
  type LogStream,
} from '../../model/values/log-line.ts';
import { sendStream } from '../event-stream.ts';
import { RequestError } from '../problem.ts';
import type { Call, HandlersOf } from '../route.ts';
import type { StreamLimit } from '../stream-limit.ts';
import { sendLogPage } from './log-page.ts';
import { eventForm, textForm } from './log-stream.ts';

const TAIL_DEFAULT = 100;
const LIMIT_DEFAULT = 1000;

type Fields = QueryOf<OperationOf<'readLogs'>>;

function refuse(path: string, message: string): RequestError {
  return new RequestError('invalid_request', `"${path}" ${message}.`, { issues: [{ path, message }] });
}

function positionOf(path: string, text: string, streams: readonly LogStream[]): LogPosition {
  const position = parsePosition(text, streams);
  if (position !== null) return position;
  const form = streams.length === 1 ? '7:1234' : '7:1234 or 7:1234,56';
  throw refuse(path, `must be a position from an earlier response for the same stream, such as ${form}`);
}

/** The Last-Event-ID of a reconnecting client takes precedence over its URL. */
function startOf({ tail, since, after }: Fields, lastEventId: string, streams: readonly LogStream[]): LogStart {
  if (lastEventId !== '') return { type: 'after', position: positionOf('Last-Event-ID', lastEventId, streams) };
  if (after !== undefined) {
    if (tail !== undefined || since !== undefined) throw refuse('after', 'cannot be given together with tail or since');
    return { type: 'after', position: positionOf('after', after, streams) };
  }
  if (tail === undefined && since !== undefined) return { type: 'since', since };
  return { type: 'tail', lines: tail ?? TAIL_DEFAULT, since: since ?? null };
}

function queryOf(fields: Fields, lastEventId: string): Omit<LogQuery, 'serviceId'> {
  const streams = fields.stream === undefined ? LOG_STREAMS : [fields.stream];
  return { streams, start: startOf(fields, lastEventId, streams) };
}

/** The first type is for clients without a preference, such as curl. */
const TYPES = ['text/plain', 'application/json', 'text/event-stream'] as const;

async function answerLogs(
  control: Control,
  streamLimit: StreamLimit,
  { id: given, query: fields, ctx }: Call<undefined, Fields>,
): Promise<void> {
  const id = parseServiceId(given);
  const type = ctx.accepts([...TYPES]);
  const query = queryOf(fields, type === 'text/event-stream' ? ctx.get('Last-Event-ID') : '');
  const isFollow = fields.follow ?? false;
  if (type === 'application/json') {
    if (isFollow) throw refuse('follow', 'requires Accept: text/plain or text/event-stream');
    await sendLogPage(ctx, control.queries.logs(id, query), {
      limit: fields.limit ?? LIMIT_DEFAULT,
      after: fields.after ?? null,
    });
    return;
  }
  if (fields.limit !== undefined) throw refuse('limit', 'requires Accept: application/json');
  const isEvents = type === 'text/event-stream';
  if (isEvents && fields.follow === false) throw refuse('follow', 'cannot be false for text/event-stream');
  const send = (): Promise<void> =>
    sendStream(ctx, isEvents ? eventForm : textForm, (gone) =>
      control.queries.logs(id, query, isFollow || isEvents ? gone : undefined),
    );
  await (isFollow || isEvents ? streamLimit.run(send) : send());
}

/** The handlers of service output. */
export function logHandlers(control: Control, streamLimit: StreamLimit): HandlersOf<typeof LOG_OPERATIONS> {
  return { readLogs: { write: (call) => answerLogs(control, streamLimit, call) } };
}
