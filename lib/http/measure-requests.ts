import { ENDPOINTS } from '../api/paths.ts';
import type { RequestMeter } from '../ports/meter.ts';
import type { Context } from './request-context.ts';

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

/** Measures every request and counts open streams. */
export class RequestMeasures {
  readonly #meter: RequestMeter;
  readonly #underWay = new Set<Context>();

  constructor(meter: RequestMeter) {
    this.#meter = meter;
    meter.watchStreams(() => streamsAmong(this.#underWay));
  }

  begun(ctx: Context): void {
    this.#underWay.add(ctx);
  }

  /** The response is complete, or its stream has ended. */
  ended(ctx: Context, seconds: number): void {
    this.#underWay.delete(ctx);
    if (isStreaming(ctx)) return;
    const { req, res } = ctx;
    this.#meter.answered({ method: req.method ?? '', route: routeOf(ctx), status: res.statusCode, seconds });
  }
}
