import type { IncomingMessage } from 'node:http';
import { RequestError } from '../problem.ts';
import type { Context } from '../request-context.ts';

const EXPOSED = 'ETag, Idempotency-Replayed, Location, Retry-After, X-CoreRL-Version, X-Request-Id';
const PREFLIGHT_MAX_AGE_S = '600';

/**
 * The Host header is reliable only if that host is served: on a Unix socket any Host gets this far, for example from a
 * proxy.
 */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  // The scheme is ignored: a proxy that terminates TLS changes it.
  return origin.replace(/^https?:\/\//i, '').toLowerCase() === host?.toLowerCase();
}

function answerPreflight(ctx: Context): void {
  ctx.set({
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, DELETE',
    'Access-Control-Allow-Headers':
      'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id',
    'Access-Control-Max-Age': PREFLIGHT_MAX_AGE_S,
  });
  ctx.status = 204;
}

/** Whether a request comes, by its Origin, from a page of this host. */
export function ownPages(isServed: (req: IncomingMessage) => boolean): (req: IncomingMessage) => boolean {
  return (req) => {
    const { origin, host } = req.headers;
    return origin !== undefined && isSameOrigin(origin, host) && isServed(req);
  };
}

/**
 * Rejects requests from pages of other origins (403) unless allowed. Returns the allowed origin; null: not
 * cross-origin.
 */
export function originGuard(
  origins: readonly string[],
  isOwnPage: (req: IncomingMessage) => boolean,
): (req: IncomingMessage) => string | null {
  const allowed = new Set(origins);
  return (req) => {
    const { origin } = req.headers;
    if (origin === undefined || isOwnPage(req)) return null;
    if (allowed.has(origin)) return origin;
    throw new RequestError(
      'cross_origin',
      `Requests from pages of "${origin}" are not allowed. Start the host with --cors-origin to allow them.`,
    );
  };
}

/**
 * Sets the headers that a page of an allowed origin needs to read the response. True: it was a preflight, now answered.
 */
export function allowOrigin(ctx: Context, origin: string): boolean {
  ctx.res.setHeader('Access-Control-Allow-Origin', origin);
  ctx.res.setHeader('Access-Control-Expose-Headers', EXPOSED);
  if (ctx.method !== 'OPTIONS' || ctx.req.headers['access-control-request-method'] === undefined) return false;
  answerPreflight(ctx);
  return true;
}
