import { z } from 'zod';
import type { Control } from '../control/control.ts';
import { parseServiceId } from '../model/ids.ts';
import {
  LOG_STREAMS,
  parsePosition,
  type LogPosition,
  type LogQuery,
  type LogStart,
  type LogStream,
} from '../model/log-line.ts';
import { checkFields, countField, flagField } from './fields.ts';
import { sendLogPage } from './log-page.ts';
import { eventForm, streamLogs, textForm } from './log-stream.ts';
import { RequestError } from './problem.ts';
import type { Context, Route } from './route.ts';

const TAIL_DEFAULT = 100;
const LIMIT_DEFAULT = 1000;

const LOGS = z.strictObject({
  stream: z.enum(LOG_STREAMS, { error: 'must be stdout or stderr' }).optional(),
  tail: countField(0, 1_000_000).optional(),
  since: z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-01-02T03:04:05Z' }).optional(),
  after: z.string().max(64, { error: 'is longer than 64 characters' }).optional(),
  limit: countField(1, 10_000).optional(),
  follow: flagField.optional(),
});
type Fields = z.output<typeof LOGS>;

function refuse(path: string, message: string): RequestError {
  return new RequestError('invalid_request', `"${path}" ${message}.`, { issues: [{ path, message }] });
}

function positionOf(path: string, text: string, streams: readonly LogStream[]): LogPosition {
  const position = parsePosition(text, streams);
  if (position !== null) return position;
  const form = streams.length === 1 ? '7:1234' : '7:1234,56';
  throw refuse(path, `must be a position that an earlier answer for the same stream gave, such as ${form}`);
}

/** A client that comes back says where it was, whatever its URL says about the beginning. */
function startOf({ tail, since, after }: Fields, lastEventId: string, streams: readonly LogStream[]): LogStart {
  if (lastEventId !== '') return { type: 'after', position: positionOf('Last-Event-ID', lastEventId, streams) };
  if (after !== undefined) {
    if (tail !== undefined || since !== undefined) throw refuse('after', 'cannot be given together with tail or since');
    return { type: 'after', position: positionOf('after', after, streams) };
  }
  const instant = since === undefined ? null : Date.parse(since);
  if (tail === undefined && instant !== null) return { type: 'since', since: instant };
  return { type: 'tail', lines: tail ?? TAIL_DEFAULT, since: instant };
}

function queryOf(fields: Fields, lastEventId: string): Omit<LogQuery, 'serviceId'> {
  const streams = fields.stream === undefined ? LOG_STREAMS : [fields.stream];
  return { streams, start: startOf(fields, lastEventId, streams) };
}

/** The first form is what a client gets that does not say what it wants, such as curl. */
const TYPES = ['text/plain', 'application/json', 'text/event-stream'] as const;

async function answerLogs(control: Control, ctx: Context): Promise<void> {
  const id = parseServiceId(ctx.params?.['id'] ?? '');
  const fields = checkFields(LOGS, 'query', ctx.query);
  const type = ctx.accepts([...TYPES]);
  const query = queryOf(fields, type === 'text/event-stream' ? ctx.get('Last-Event-ID') : '');
  const isFollow = fields.follow ?? false;
  if (type === 'application/json') {
    if (isFollow) throw refuse('follow', 'needs Accept: text/plain or text/event-stream');
    await sendLogPage(ctx, control.logs(id, query), {
      limit: fields.limit ?? LIMIT_DEFAULT,
      after: fields.after ?? null,
    });
    return;
  }
  if (fields.limit !== undefined) throw refuse('limit', 'needs Accept: application/json');
  const isEvents = type === 'text/event-stream';
  if (isEvents && fields.follow === false) throw refuse('follow', 'cannot be false for text/event-stream');
  await streamLogs(ctx, isEvents ? eventForm : textForm, (gone) =>
    control.logs(id, query, isFollow || isEvents ? gone : undefined),
  );
}

/** The route of the output of a service. */
export function logRoutes(control: Control): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/services/:id/logs',
      aliases: [],
      summary:
        'The output of a service: text, a JSON page, or an event stream, by Accept; follow=true goes on with what comes.',
      body: null,
      query: LOGS,
      handle: (ctx) => answerLogs(control, ctx),
    },
  ];
}
