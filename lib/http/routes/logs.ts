import type { LOG_OPERATIONS } from '../../api/operations/logs.ts';
import type { Control } from '../../control/control.ts';
import { parseExpression } from '../../expression/expression.ts';
import { parseServiceId, type ServiceId } from '../../model/values/ids.ts';
import { parsePosition, type LogItem, type LogSearch } from '../../model/values/log-line.ts';
import { sendStream } from '../event-stream.ts';
import type { Call, HandlersOf } from '../route.ts';
import type { StreamLimit } from '../stream-limit.ts';
import { sendFindings, sendLogPage } from './log-page.ts';
import { LIMIT_DEFAULT, refuse, refuseInFollow, wantedOutput, type LogFields, type WantedOutput } from './log-query.ts';
import { eventForm, textForm } from './log-stream.ts';

/** The first type is for clients without a preference, such as curl. */
const TYPES = ['text/plain', 'application/json', 'text/event-stream'] as const;

/** A search from its beginning to its end. */
async function* searchAll(
  control: Control,
  id: ServiceId,
  { query, search }: { readonly query: WantedOutput['query']; readonly search: LogSearch },
  gone: AbortSignal,
): AsyncGenerator<readonly LogItem[], void, undefined> {
  for (let { start } = query; !gone.aborted;) {
    const part = await control.queries.searchLogs(id, { ...query, start }, search, gone);
    yield part.findings;
    const position = part.next === null ? null : parsePosition(part.next, query.streams);
    if (part.isComplete || position === null) return;
    start = { type: 'after', position };
  }
}

/** The items that a follower gets: all gaps, and the lines that match. */
async function* matching(
  batches: AsyncIterable<readonly LogItem[]>,
  expression: string,
): AsyncGenerator<readonly LogItem[], void, undefined> {
  const parsed = parseExpression(expression);
  if (parsed.type === 'refused') return; // was refused as a field
  for await (const items of batches) {
    const found = items.filter((item) => item.type === 'gap' || parsed.expression.test(item.text));
    if (found.length > 0) yield found;
  }
}

async function answerPage(
  control: Control,
  id: ServiceId,
  { query, search }: WantedOutput,
  { query: fields, ctx }: Call<undefined, LogFields>,
): Promise<void> {
  if (search === null) {
    const wanted = { limit: fields.limit ?? LIMIT_DEFAULT, after: fields.after ?? null };
    await sendLogPage(ctx, control.queries.logs(id, query), wanted);
    return;
  }
  const gone = new AbortController();
  const leave = (): void => {
    gone.abort();
  };
  ctx.res.on('close', leave);
  try {
    sendFindings(ctx, await control.queries.searchLogs(id, query, search, gone.signal));
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    ctx.respond = false; // nobody is there
  } finally {
    ctx.res.off('close', leave);
  }
}

async function answerLogs(control: Control, streamLimit: StreamLimit, call: Call<undefined, LogFields>): Promise<void> {
  const { query: fields, ctx } = call;
  const id = parseServiceId(call.id);
  const type = ctx.accepts([...TYPES]);
  const isEvents = type === 'text/event-stream';
  if (type === 'application/json' && fields.follow === true)
    throw refuse('follow', 'requires Accept: text/plain or text/event-stream');
  if (type !== 'application/json' && fields.limit !== undefined)
    throw refuse('limit', 'requires Accept: application/json');
  if (isEvents && fields.follow === false) throw refuse('follow', 'cannot be false for text/event-stream');
  const isFollow = isEvents || fields.follow === true;
  if (isFollow) refuseInFollow(fields);
  const wanted = wantedOutput({ ...fields, follow: isFollow || undefined }, isEvents ? ctx.get('Last-Event-ID') : '');
  if (type === 'application/json') {
    await answerPage(control, id, wanted, call);
    return;
  }
  const { query, search } = wanted;
  const open = (gone: AbortSignal): AsyncIterable<readonly LogItem[]> => {
    if (search !== null && !isFollow) return searchAll(control, id, { query, search }, gone);
    const batches = control.queries.logs(id, query, isFollow ? gone : undefined);
    return search === null ? batches : matching(batches, search.expression);
  };
  const send = (): Promise<void> => sendStream(ctx, isEvents ? eventForm : textForm, open);
  await (isFollow ? streamLimit.run(send) : send());
}

/** The handlers of service output. */
export function logHandlers(control: Control, streamLimit: StreamLimit): HandlersOf<typeof LOG_OPERATIONS> {
  return { readLogs: { write: (call) => answerLogs(control, streamLimit, call) } };
}
