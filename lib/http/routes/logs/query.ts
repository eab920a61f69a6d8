import type { QueryOf, OperationOf } from '../../../api/operations.ts';
import { given } from '../../../model/values/given.ts';
import type { ServiceId } from '../../../model/values/ids.ts';
import {
  LOG_STREAMS,
  parsePosition,
  type LogPosition,
  type LogQuery,
  type LogSearch,
  type LogStart,
  type LogStream,
} from '../../../model/values/log-line.ts';
import { parseExpression, type Expression } from '../../../expression/expression.ts';
import { RequestError } from '../../problem.ts';
import { parseCursor } from './cursor.ts';

/** The fields of a request for the output of a service, which are also most of those for several. */
export type LogFields = QueryOf<OperationOf<'readLogs'>>;

/** Whose output is requested. */
export interface WantedServices {
  readonly ids: readonly ServiceId[];
  /** Lines and cursors name their service; false: there is one, and the path names it. */
  readonly isNamed: boolean;
}

/** What a request wants of the output of its services. */
export interface WantedOutput {
  readonly services: WantedServices;
  readonly streams: readonly LogStream[];
  /** One for each service. */
  readonly queries: readonly LogQuery[];
  /** Null: everything. */
  readonly search: WantedSearch | null;
}

export interface WantedSearch extends LogSearch {
  readonly parsed: Expression;
}

const TAIL_DEFAULT = 100;
/** The most lines of a page, or of a part of a search. */
export const LIMIT_DEFAULT = 1000;
/** As `before`: behind everything that has been written. */
const END = 'end';
/** Before everything. */
const BEGINNING: LogPosition = { generation: 0, offsets: [0] };

export function refuse(path: string, message: string): RequestError {
  return new RequestError('invalid_request', `"${path}" ${message}.`, { issues: [{ path, message }] });
}

function positionOf(path: string, text: string, streams: readonly LogStream[]): LogPosition {
  const position = parsePosition(text, streams);
  if (position !== null) return position;
  const form = streams.length === 1 ? '7:1234' : '7:1234 or 7:1234,56';
  throw refuse(path, `must be a position from an earlier response for the same stream, such as ${form}`);
}

/** The position of a service in a cursor; null: the cursor does not know it. */
function positionsOf(
  path: string,
  text: string,
  { ids, isNamed }: WantedServices,
  streams: readonly LogStream[],
): (serviceId: ServiceId) => LogPosition | null {
  if (!isNamed) {
    const position = positionOf(path, text, streams);
    return () => position;
  }
  const positions = parseCursor(text, streams);
  const form = 'must be from an earlier response, or the id of an event, such as coreio=3:50;corerl=7:1234';
  if (positions === null) throw refuse(path, form);
  const other = [...positions.keys()].find((id) => !ids.includes(id));
  if (other !== undefined)
    throw refuse(path, `has a position of "${other}", which is not among the requested services`);
  return (serviceId) => positions.get(serviceId) ?? null;
}

/** Behind a position of each service; a service that the cursor does not know is read from its beginning. */
function startsAfter(
  path: string,
  text: string,
  services: WantedServices,
  streams: readonly LogStream[],
): (serviceId: ServiceId) => LogStart {
  const positionIn = positionsOf(path, text, services, streams);
  return (serviceId) => ({ type: 'after', position: positionIn(serviceId) ?? BEGINNING });
}

/** The lines before a position of each service; of a service that the cursor does not know, before its end. */
function startsBefore(
  text: string,
  lines: number,
  services: WantedServices,
  streams: readonly LogStream[],
): (serviceId: ServiceId) => LogStart {
  const positionIn = text === END ? () => null : positionsOf('before', text, services, streams);
  return (serviceId) => ({ type: 'before', position: positionIn(serviceId), lines });
}

function refuseBoth(fields: LogFields, name: 'after' | 'before', others: readonly (keyof LogFields)[]): void {
  const other = others.find((one) => fields[one] !== undefined);
  if (other !== undefined) throw refuse(name, `cannot be given together with ${other}`);
}

/** The Last-Event-ID of a reconnecting client takes precedence over its URL. */
function startsOf(
  fields: LogFields,
  lastEventId: string,
  services: WantedServices,
  streams: readonly LogStream[],
): (serviceId: ServiceId) => LogStart {
  const { tail, since, after, before, grep, limit } = fields;
  if (lastEventId !== '') return startsAfter('Last-Event-ID', lastEventId, services, streams);
  if (after !== undefined) {
    refuseBoth(fields, 'after', ['before', 'tail', 'since']);
    return startsAfter('after', after, services, streams);
  }
  const start = firstStart({ tail, since, grep });
  if (before === undefined) return () => start;
  refuseBoth(fields, 'before', ['since', 'until', 'follow', 'grep']);
  const lines = Math.min(tail ?? TAIL_DEFAULT, limit ?? Infinity);
  return startsBefore(before, lines, services, streams);
}

function firstStart({ tail, since, grep }: Pick<LogFields, 'tail' | 'since' | 'grep'>): LogStart {
  if (tail === undefined && since !== undefined) return { type: 'since', since };
  if (tail === undefined && grep !== undefined) return { type: 'oldest' };
  return { type: 'tail', lines: tail ?? TAIL_DEFAULT, since: since ?? null };
}

function searchOf({ grep, lines_before, lines_after, limit, tail, follow }: LogFields): WantedSearch | null {
  if (grep === undefined) {
    const name = lines_before === undefined ? 'lines_after' : 'lines_before';
    if (lines_before !== undefined || lines_after !== undefined) throw refuse(name, 'requires grep');
    return null;
  }
  const parsed = parseExpression(grep);
  if (parsed.type === 'refused') throw refuse('grep', parsed.problem);
  if (tail !== undefined && follow !== true) throw refuse('tail', 'cannot be given together with grep; use since');
  const around = { before: lines_before ?? 0, after: lines_after ?? 0 };
  return { expression: grep, parsed: parsed.expression, ...around, limit: limit ?? LIMIT_DEFAULT };
}

/** Refuses what cannot be given together. */
export function wantedOutput(services: WantedServices, fields: LogFields, lastEventId: string): WantedOutput {
  const { stream, until, generation } = fields;
  const streams = stream === undefined ? LOG_STREAMS : [stream];
  const search = searchOf(fields);
  const startOf = startsOf(fields, lastEventId, services, streams);
  const queries = services.ids.map((serviceId) => ({
    serviceId,
    streams,
    start: startOf(serviceId),
    ...given({ until, generation }),
  }));
  return { services, streams, queries, search };
}

/** Refuses what has no meaning for output that continues. */
export function refuseInFollow({ until, lines_before, lines_after }: LogFields): void {
  if (until !== undefined) throw refuse('until', 'cannot be given together with follow');
  const name = (lines_before ?? 0) > 0 ? 'lines_before' : 'lines_after';
  if ((lines_before ?? 0) > 0 || (lines_after ?? 0) > 0) throw refuse(name, 'cannot be given together with follow');
}
