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

/** Routes of the same method, group and number of parts: one, two or three. */
function shapeOf(method: string, path: string): string {
  return `${method} ${path.split('/', 9).length} ${groupOf(path)}`;
}

/** Routers by a key that each route and each request have. */
class Routers {
  readonly #routers = new Map<string, Router<RequestState>>();
  readonly #middlewares = new Map<string, ReturnType<Router<RequestState>['routes']>>();

  add(key: string, path: string, { method, handle }: Route): void {
    const router = this.#routers.get(key) ?? new Router<RequestState>({ sensitive: true });
    router.register(path, [method], handle);
    if (this.#routers.has(key)) return;
    this.#routers.set(key, router);
    this.#middlewares.set(key, router.routes());
  }

  call(key: string, ctx: RouterContext<RequestState>, next: Next): Promise<unknown> {
    return (this.#middlewares.get(key)?.(ctx, next) ?? next()) as Promise<unknown>; // untyped
  }
}

/**
 * A middleware that calls the route of a request. A router of Koa tries one of its routes after another, so the few routes of the same shape
 * have one of their own. What is not found there is searched for among all routes that begin alike, which also finds what other methods
 * there are.
 */
export function createRouter(
  routes: readonly Route[],
): (ctx: RouterContext<RequestState>, next: Next) => Promise<unknown> {
  const shapes = new Routers();
  const groups = new Routers();
  for (const route of routes) {
    for (const path of route.paths) {
      shapes.add(shapeOf(route.method, path), path, route);
      groups.add(groupOf(path), path, route);
    }
  }
  return (ctx, next) =>
    shapes.call(shapeOf(ctx.method, ctx.path), ctx, () => groups.call(groupOf(ctx.path), ctx, next));
}
