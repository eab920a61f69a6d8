import type { QueryOf, OperationOf } from '../../api/operations.ts';
import {
  LOG_STREAMS,
  parsePosition,
  type LogPosition,
  type LogQuery,
  type LogSearch,
  type LogStart,
  type LogStream,
} from '../../model/values/log-line.ts';
import { parseExpression } from '../../expression/expression.ts';
import { RequestError } from '../problem.ts';

export type LogFields = QueryOf<OperationOf<'readLogs'>>;

/** What a request wants of the output of a service. */
export interface WantedOutput {
  readonly query: Omit<LogQuery, 'serviceId'>;
  /** Null: everything. */
  readonly search: LogSearch | null;
}

const TAIL_DEFAULT = 100;
/** The most lines of a page, or of a part of a search. */
export const LIMIT_DEFAULT = 1000;

export function refuse(path: string, message: string): RequestError {
  return new RequestError('invalid_request', `"${path}" ${message}.`, { issues: [{ path, message }] });
}

function positionOf(path: string, text: string, streams: readonly LogStream[]): LogPosition {
  const position = parsePosition(text, streams);
  if (position !== null) return position;
  const form = streams.length === 1 ? '7:1234' : '7:1234 or 7:1234,56';
  throw refuse(path, `must be a position from an earlier response for the same stream, such as ${form}`);
}

function refuseBoth(fields: LogFields, name: 'after' | 'before', others: readonly (keyof LogFields)[]): void {
  const other = others.find((one) => fields[one] !== undefined);
  if (other !== undefined) throw refuse(name, `cannot be given together with ${other}`);
}

/** The Last-Event-ID of a reconnecting client takes precedence over its URL. */
function startOf(fields: LogFields, lastEventId: string, streams: readonly LogStream[]): LogStart {
  const { tail, since, after, before, grep } = fields;
  if (lastEventId !== '') return { type: 'after', position: positionOf('Last-Event-ID', lastEventId, streams) };
  if (after !== undefined) {
    refuseBoth(fields, 'after', ['before', 'tail', 'since']);
    return { type: 'after', position: positionOf('after', after, streams) };
  }
  if (before !== undefined) {
    refuseBoth(fields, 'before', ['since', 'until', 'follow', 'grep']);
    return { type: 'before', position: positionOf('before', before, streams), lines: tail ?? TAIL_DEFAULT };
  }
  if (tail === undefined && since !== undefined) return { type: 'since', since };
  if (tail === undefined && grep !== undefined) return { type: 'oldest' };
  return { type: 'tail', lines: tail ?? TAIL_DEFAULT, since: since ?? null };
}

function searchOf({ grep, lines_before, lines_after, limit, tail, follow }: LogFields): LogSearch | null {
  if (grep === undefined) {
    const name = lines_before === undefined ? 'lines_after' : 'lines_before';
    if (lines_before !== undefined || lines_after !== undefined) throw refuse(name, 'requires grep');
    return null;
  }
  const parsed = parseExpression(grep);
  if (parsed.type === 'refused') throw refuse('grep', parsed.problem);
  if (tail !== undefined && follow !== true) throw refuse('tail', 'cannot be given together with grep; use since');
  return { expression: grep, before: lines_before ?? 0, after: lines_after ?? 0, limit: limit ?? LIMIT_DEFAULT };
}

/** Refuses what cannot be given together. */
export function wantedOutput(fields: LogFields, lastEventId: string): WantedOutput {
  const { stream, until, generation } = fields;
  const streams = stream === undefined ? LOG_STREAMS : [stream];
  const search = searchOf(fields);
  const start = startOf(fields, lastEventId, streams);
  const limits = { ...(until === undefined ? {} : { until }), ...(generation === undefined ? {} : { generation }) };
  return { query: { streams, start, ...limits }, search };
}

/** Refuses what has no meaning for output that continues. */
export function refuseInFollow({ until, lines_before, lines_after }: LogFields): void {
  if (until !== undefined) throw refuse('until', 'cannot be given together with follow');
  const name = (lines_before ?? 0) > 0 ? 'lines_before' : 'lines_after';
  if ((lines_before ?? 0) > 0 || (lines_after ?? 0) > 0) throw refuse(name, 'cannot be given together with follow');
}
