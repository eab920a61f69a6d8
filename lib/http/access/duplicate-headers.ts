import type { IncomingMessage } from 'node:http';
import { RequestError } from '../problem.ts';

/** Headers that decide who may do what. Of two, Node takes the first and a proxy in front of this host perhaps the other. */
const SINGLE: ReadonlyMap<string, string> = new Map(
  ['Host', 'Authorization', 'Origin', 'Content-Type', 'Content-Length', 'Transfer-Encoding'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** Throws RequestError (400) for a request that has one of them twice, whatever they say. */
export function refuseDuplicates({ rawHeaders }: IncomingMessage): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = SINGLE.get(rawHeaders[at]?.toLowerCase() ?? '');
    if (name === undefined) continue;
    if (seen.has(name)) {
      throw new RequestError('duplicate_header', `The request has two ${name} headers; send it once.`);
    }
    seen.add(name);
  }
}
