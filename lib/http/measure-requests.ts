import type { Middleware, Next } from 'koa';
import { PLACES } from '../api/paths.ts';
import type { RequestMeter } from '../ports/meter.ts';
import type { Context, RequestState } from './request-context.ts';

/** What stands for the route of a request that has none. */
const NO_ROUTE = 'none';

function routeOf({ state: { operation } }: Context): string {
  return operation === undefined ? NO_ROUTE : PLACES[operation][1];
}

/** An answer that is written bit by bit takes as long as its reader likes. */
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

/** The outermost middleware: measures every request, and knows which answers go on. */
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
