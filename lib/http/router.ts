import { Router } from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Next } from 'koa';
import type { RequestState } from './request-context.ts';
import type { Route } from './route.ts';

/** The first two parts of a path, which have no parameters in any route. */
function groupOf(path: string): string {
  const second = path.indexOf('/', 1);
  if (second === -1) return path;
  const third = path.indexOf('/', second + 1);
  return third === -1 ? withoutSlash(path) : path.slice(0, third);
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/**
 * A middleware that calls the route of a request. A router of Koa tries one of its routes after another, so each group of routes that begin
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
