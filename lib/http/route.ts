import type { DefaultContext, ParameterizedContext } from 'koa';
import type { z } from 'zod';
import type { CommandOrigin } from '../control/control.ts';
import { checkFields } from './fields.ts';
import { readJsonObject } from './request-body.ts';

/** What the first middleware knows of a request. */
export interface RequestState {
  requestId: string;
}

/** The Koa context of a routed request. */
export type Context = ParameterizedContext<
  RequestState,
  DefaultContext & { params?: Readonly<Record<string, string>> }
>;

type Method = 'GET' | 'POST' | 'DELETE';

/** One row of the table of routes. */
export interface Route {
  readonly method: Method;
  /** Without a trailing slash (the router takes both forms); `:id` is a parameter. */
  readonly path: string;
  /** Other paths of the same route. */
  readonly aliases: readonly string[];
  /** One sentence for the documentation. */
  readonly summary: string;
  readonly body: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly handle: (ctx: Context) => Promise<void> | void;
}

/** A request after its checks. */
export interface Call<Body, Query> {
  /** The `:id` of the path, decoded but not checked; empty for a path without one. */
  readonly id: string;
  readonly body: Body;
  readonly query: Query;
  readonly origin: CommandOrigin;
}

/** What names a route; of its place in the table, the part that people read. */
export interface RouteWords {
  readonly method: Method;
  readonly path: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
}

interface JsonRouteSpec<B extends z.ZodObject | null, Q extends z.ZodObject | null> extends RouteWords {
  /** A strict schema; without one the body is not read. */
  readonly body?: B;
  /** A strict schema; without one the query is not looked at. */
  readonly query?: Q;
  readonly answer: (call: Call<OutputOf<B>, OutputOf<Q>>) => unknown;
}

type OutputOf<S extends z.ZodObject | null> = S extends z.ZodObject ? z.output<S> : undefined;

/** Answers 200 with `value` as JSON; `null` and strings are JSON too. */
export function sendJson(ctx: Context, value: unknown): void {
  ctx.res.setHeader('Content-Type', 'application/json');
  ctx.body = JSON.stringify(value);
}

/** A route that checks body and query and answers what `answer` gives, as JSON. */
export function jsonRoute<B extends z.ZodObject | null = null, Q extends z.ZodObject | null = null>(
  spec: JsonRouteSpec<B, Q>,
): Route {
  const { method, path, aliases = [], summary, answer } = spec;
  const body = spec.body ?? null;
  const query = spec.query ?? null;
  const handle = async (ctx: Context): Promise<void> => {
    const call = {
      id: ctx.params?.['id'] ?? '',
      query: query === null ? undefined : checkFields(query, 'query', ctx.query),
      body: body === null ? undefined : checkFields(body, 'body', await readJsonObject(ctx.req)),
      origin: { correlationId: ctx.state.requestId },
    };
    // The schemas gave exactly what OutputOf says; the compiler cannot follow the two nulls that far.
    sendJson(ctx, await answer(call as Call<OutputOf<B>, OutputOf<Q>>));
  };
  return { method, path, aliases, summary, body, query, handle };
}

/** A route that writes its own answer. */
export function plainRoute(words: RouteWords, handle: (ctx: Context) => void): Route {
  const { method, path, aliases = [], summary } = words;
  return { method, path, aliases, summary, body: null, query: null, handle };
}
