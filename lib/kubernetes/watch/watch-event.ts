import type { StatusBody } from '../api/api-error.ts';
import { ApiError } from '../api/api-error.ts';
import type { ApiObject } from '../api/objects.ts';

/** The API server no longer has the version that a watch would continue from. */
export class WatchExpired extends Error {
  override readonly name = 'WatchExpired';
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/** One line of a watch. Throws WatchExpired, or an ApiError if the API server reports another error. */
export function parseWatchEvent<T extends ApiObject>(line: string): WatchEvent<T> {
  const { type, object } = eventIn(line);
  if (type === 'ERROR') throw errorOf(object);
  if (!TYPES.has(type) || object === undefined || !('metadata' in object)) {
    throw new WatchExpired(`A watch sent "${line.slice(0, 100)}", which is no event.`);
  }
  return { type, object } as WatchEvent<T>; // as far as it is used, checked above
}

function eventIn(line: string): { readonly type?: unknown; readonly object?: object } {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null ? event : {};
  } catch {
    return {};
  }
}

/** Also inside of an answer with the status 200, with the connection left open. */
function errorOf(status: StatusBody | undefined): Error {
  const { code = 0, reason = '', message = 'the watch failed' } = status ?? {};
  if (code === 410 || reason === 'Expired' || reason === 'Gone') return new WatchExpired(message);
  return new ApiError(message, { status: code === 0 ? null : code, reason, isUncertain: false });
}
