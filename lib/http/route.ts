import type { z } from 'zod';
import type { Operation } from '../api/operation.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { BodyOf, JsonOf, OperationOf, QueryOf } from '../api/operations.ts';
import { PLACES } from '../api/paths.ts';
import type { Method, OperationId } from '../api/paths.ts';
import type { CommandOrigin } from '../control/control.ts';
import type { FieldIssue } from '../model/errors.ts';
import type { IdempotencyClaim } from '../model/idempotency.ts';
import { idempotencyKeyOf, once, type OnceKeeper } from './idempotency.ts';
import { RequestError } from './problem.ts';
import { readJsonObject } from './request-body.ts';
import type { Context } from './request-context.ts';

/** A request after its checks. */
export interface Call<Body, Query> {
  /** The `{id}` of the path, decoded but not checked; empty for a path without one. */
  readonly id: string;
  readonly body: Body;
  readonly query: Query;
  readonly origin: CommandOrigin;
  /** For what a route needs of the request besides, or sets on its answer besides. */
  readonly ctx: Context;
}

/** Gives what is answered as JSON, with status 200 unless it sets another; `null` and strings are JSON too. */
export type JsonHandler<K extends OperationId> = (
  call: Call<BodyOf<OperationOf<K>>, QueryOf<OperationOf<K>>>,
) => JsonOf<OperationOf<K>> | Promise<JsonOf<OperationOf<K>>>;

/** Writes its own answer. */
export interface RawHandler<K extends OperationId> {
  readonly write: (call: Call<BodyOf<OperationOf<K>>, QueryOf<OperationOf<K>>>) => Promise<void> | void;
}

/** What carries out an operation. */
export type Handler<K extends OperationId> = JsonHandler<K> | RawHandler<K>;

/** The handlers of a group of operations; one that is missing does not compile. */
export type HandlersOf<Group> = { readonly [K in keyof Group & OperationId]: Handler<K> };

/** One row of the table of routes. */
export interface Route {
  readonly id: OperationId;
  readonly method: Method;
  /** In the form of the router: `:id` is a parameter. */
  readonly paths: readonly string[];
  readonly handle: (ctx: Context) => Promise<void>;
}

/** Answers with `value` as JSON; the status is what was set before, else 200. */
export function sendJson(ctx: Context, value: unknown): void {
  ctx.res.setHeader('Content-Type', 'application/json');
  ctx.body = JSON.stringify(value);
}

/** Any handler, as far as the router is concerned: that call and answer fit its operation, its type has said. */
type AnyHandler =
  ((call: Call<unknown, unknown>) => unknown) | { readonly write: (call: Call<unknown, unknown>) => unknown };

/** The route of an operation: checks query and body by its schemas, calls the handler and answers. */
export function routeOf(id: OperationId, handler: AnyHandler, keeper: OnceKeeper): Route {
  const [method, ...paths] = PLACES[id];
  const { body, query }: Operation = OPERATIONS[id];
  const handle = async (ctx: Context): Promise<void> => {
    ctx.state.operation = id;
    const key = method === 'GET' ? null : idempotencyKeyOf(ctx);
    const call = {
      id: ctx.params?.['id'] ?? '',
      query: query === undefined ? undefined : checkFields(query, 'query', ctx.query),
      body: body === undefined ? undefined : checkFields(body, 'body', await readJsonObject(ctx.req)),
      origin: { correlationId: ctx.state.requestId },
      ctx,
    };
    const carryOut = async (claim?: IdempotencyClaim): Promise<void> => {
      const claimed = claim === undefined ? call : { ...call, origin: { ...call.origin, claim } };
      if (typeof handler === 'function') sendJson(ctx, await handler(claimed));
      else await handler.write(claimed);
    };
    if (key === null) await carryOut();
    else await once(keeper, ctx, key, call.body, carryOut);
  };
  return { id, method, paths: paths.map((path) => path.replace(/\{(\w+)\}/g, ':$1')), handle };
}

const ISSUES_SHOWN = 20;
const NAME_SHOWN = 100;

function shown(name: string): string {
  return name.length <= NAME_SHOWN ? name : `${name.slice(0, NAME_SHOWN)}…`;
}

function issuesOf(error: z.ZodError, known: readonly string[]): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const message = `is not a known field; known are ${known.join(', ')}`;
      for (const key of issue.keys.slice(0, ISSUES_SHOWN)) issues.push({ path: shown(key), message });
    } else {
      issues.push({ path: shown(issue.path.join('.')), message: issue.message });
    }
  }
  return issues.slice(0, ISSUES_SHOWN);
}

/** Checks what came in against a strict schema; throws RequestError (422) that names every wrong field. */
function checkFields<S extends z.ZodObject>(schema: S, part: 'body' | 'query', value: object): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = issuesOf(result.error, Object.keys(schema.shape));
  const sentence = issues.map(({ path, message }) => `"${path}" ${message}`).join('; ');
  throw new RequestError('invalid_request', `The request ${part} is invalid: ${sentence}.`, { issues });
}
