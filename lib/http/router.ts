import { Router } from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Next } from 'koa';
import type { RequestState } from './request-context.ts';
import type { Route } from './route.ts';

/** The first two parts of a path, which have no parameters in any route, and the number of all: of one group, few routes match the same path. */
function groupOf(path: string): string {
  const length = path.endsWith('/') ? path.length - 1 : path.length;
  let parts = 0;
  let end = length;
  for (let at = 0; at !== -1 && at < length; at = path.indexOf('/', at + 1)) {
    parts += 1;
    if (parts === 3) end = at;
  }
  return `${parts}${path.slice(0, end)}`;
}

/**
 * A middleware that calls the route of a request. A router of Koa tries one of its routes after another, so each group of routes that look
 * alike has its own.
 */
export function createRouter(
  routes: readonly Route[],
): (ctx: RouterContext<RequestState>, next: Next) => Promise<unknown> {
  const routers = new Map<string, Router<RequestState>>();
  for (const { method, paths, handle } of routes) {
    for (const path of paths) {
      const group = groupOf(path);
      const router = routers.get(group) ?? new Router<RequestState>({ sensitive: true });
      router.register(path, [method], handle);
      routers.set(group, router);
    }
  }
  const groups = new Map([...routers].map(([group, router]) => [group, router.routes()]));
  return async (ctx, next) => (groups.get(groupOf(ctx.path))?.(ctx, next) ?? next()) as Promise<unknown>; // untyped
}
