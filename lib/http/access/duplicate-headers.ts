import type { IncomingMessage } from 'node:http';
import { RequestError } from '../problem.ts';

/**
 * Headers that decide on access. If one occurs twice, Node uses the first; a proxy in front of this host may have used
 * the second.
 */
const SINGLE: ReadonlyMap<string, string> = new Map(
  ['Host', 'Authorization', 'Origin', 'Content-Type', 'Content-Length', 'Transfer-Encoding'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** Throws RequestError (400) if a request has one of them twice, even with the same value. */
export function refuseDuplicates({ rawHeaders }: IncomingMessage): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = SINGLE.get(rawHeaders[at]?.toLowerCase() ?? '');
    if (name === undefined) continue;
    if (seen.has(name)) {
      throw new RequestError('duplicate_header', `The request has two ${name} headers; send only one.`);
    }
    seen.add(name);
  }
}
