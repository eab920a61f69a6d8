import type { IncomingMessage } from 'node:http';
import { RequestError } from '../problem.ts';
import { refuseLargeBody } from '../request-body.ts';

/** The request line and all headers, in bytes; the parser rejects more with 431. */
export const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;
/** In characters; a file system path of at most 4096 bytes fits into a query, with the percent-encoding it needs. */
const MAX_TARGET_LENGTH = 8 * 1024;
const MAX_QUERY_FIELDS = 100;

function refuseManyHeaders({ rawHeaders }: IncomingMessage): void {
  const count = rawHeaders.length / 2;
  if (count <= MAX_HEADERS) return;
  throw new RequestError('too_many_headers', `The request has ${count} headers; the limit is ${MAX_HEADERS}.`);
}

function refuseLongTarget({ url = '' }: IncomingMessage): void {
  if (url.length > MAX_TARGET_LENGTH) {
    const detail = `The request target is longer than ${MAX_TARGET_LENGTH} characters. Send long values in the body.`;
    throw new RequestError('target_too_long', detail);
  }
  const query = url.indexOf('?');
  if (query === -1) return;
  let fields = 1;
  for (let at = url.indexOf('&', query); at !== -1; at = url.indexOf('&', at + 1)) fields += 1;
  if (fields <= MAX_QUERY_FIELDS) return;
  throw new RequestError('target_too_long', `The query has ${fields} fields; the limit is ${MAX_QUERY_FIELDS}.`);
}

/** Throws RequestError for requests larger than any valid one needs, before they are processed. */
export function refuseOversized(req: IncomingMessage): void {
  refuseLongTarget(req);
  refuseManyHeaders(req);
  refuseLargeBody(req);
}
