import type { IncomingMessage } from 'node:http';
import type { Context } from './route.ts';
import { RequestError } from './problem.ts';

const EXPOSED = 'ETag, Idempotency-Replayed, Location, Retry-After, X-CoreRL-Version, X-Request-Id';
const PREFLIGHT_MAX_AGE_S = '600';

/** What a Host says counts only where the host is served: on a Unix socket any gets this far, from behind a proxy perhaps. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  // The scheme is left out: a proxy that ends TLS changes it.
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

/**
 * Refuses requests of pages from elsewhere (403) unless their origin is allowed; gives those the CORS headers. True: it was a
 * preflight and is answered.
 */
export function crossOriginGuard(
  origins: readonly string[],
  isServed: (req: IncomingMessage) => boolean,
): (ctx: Context) => boolean {
  const allowed = new Set(origins);
  return (ctx) => {
    if (allowed.size > 0) ctx.res.setHeader('Vary', 'Origin');
    const { origin, host } = ctx.req.headers;
    if (origin === undefined || (isSameOrigin(origin, host) && isServed(ctx.req))) return false;
    if (!allowed.has(origin)) {
      throw new RequestError(
        'cross_origin',
        `Requests from pages of "${origin}" are refused; allow it with --cors-origin.`,
      );
    }
    ctx.res.setHeader('Access-Control-Allow-Origin', origin);
    ctx.res.setHeader('Access-Control-Expose-Headers', EXPOSED);
    if (ctx.method !== 'OPTIONS' || ctx.req.headers['access-control-request-method'] === undefined) return false;
    answerPreflight(ctx);
    return true;
  };
}
