import type { Middleware, Next } from 'koa';
import { ENDPOINTS } from '../api/paths.ts';
import type { RequestMeter } from '../ports/meter.ts';
import type { Context, RequestState } from './request-context.ts';

/** The route label of requests without a route. */
const NO_ROUTE = 'none';

function routeOf({ state: { operation } }: Context): string {
  return operation === undefined ? NO_ROUTE : ENDPOINTS[operation][1];
}

/** A streamed response takes as long as its reader wants. */
function isStreaming(ctx: Context): boolean {
  return ctx.respond === false;
}

function streamsAmong(underWay: Iterable<Context>): ReadonlyMap<string, number> {
  const routes = new Map<string, number>();
  for (const ctx of underWay) {
    if (isStreaming(ctx)) routes.set(routeOf(ctx), (routes.get(routeOf(ctx)) ?? 0) + 1);
  }
  return routes;
}

/** The outermost middleware: measures every request and counts open streams. */
export function measured(meter: RequestMeter): Middleware<RequestState> {
  const underWay = new Set<Context>();
  meter.watchStreams(() => streamsAmong(underWay));
  return async (ctx: Context, next: Next): Promise<void> => {
    const begunAt = performance.now();
    underWay.add(ctx);
    try {
      await next();
    } finally {
      underWay.delete(ctx);
    }
    if (isStreaming(ctx)) return;
    const { method, status } = ctx;
    meter.answered({ method, route: routeOf(ctx), status, seconds: (performance.now() - begunAt) / 1_000 });
  };
}
