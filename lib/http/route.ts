import type { z } from 'zod';
import type { Operation } from '../api/operation.ts';
import { OPERATIONS } from '../api/operations.ts';
import type { BodyOf, JsonOf, OperationOf, QueryOf } from '../api/operations.ts';
import { ENDPOINTS } from '../api/paths.ts';
import type { Method, OperationId } from '../api/paths.ts';
import type { CommandOrigin } from '../control/control.ts';
import type { FieldIssue } from '../model/errors.ts';
import type { IdempotencyClaim } from '../model/idempotency.ts';
import { idempotencyKeyOf, once, type IdempotencyControl } from './idempotency.ts';
import { jsonText } from './json-text.ts';
import { RequestError } from './problem.ts';
import { readJsonObject } from './request-body.ts';
import type { Context } from './request-context.ts';

/** A validated request. */
export interface Call<Body, Query> {
  /** The `{id}` of the path, decoded but not validated; empty for a path without one. */
  readonly id: string;
  readonly body: Body;
  readonly query: Query;
  readonly origin: CommandOrigin;
  /** For anything else that a route needs from the request or sets on the response. */
  readonly ctx: Context;
}

/** Returns the JSON response, with status 200 unless it sets another; `null` and strings are JSON too. */
export type JsonHandler<K extends OperationId> = (
  call: Call<BodyOf<OperationOf<K>>, QueryOf<OperationOf<K>>>,
) => JsonOf<OperationOf<K>> | Promise<JsonOf<OperationOf<K>>>;

/** Writes its own response. */
export interface RawHandler<K extends OperationId> {
  readonly write: (call: Call<BodyOf<OperationOf<K>>, QueryOf<OperationOf<K>>>) => Promise<void> | void;
}

/** The handler of an operation. */
export type Handler<K extends OperationId> = JsonHandler<K> | RawHandler<K>;

/** The handlers of a group of operations; a missing one does not compile. */
export type HandlersOf<Group> = { readonly [K in keyof Group & OperationId]: Handler<K> };

/** A row of the route table. */
export interface Route {
  readonly id: OperationId;
  readonly method: Method;
  /** In the router's syntax: `:id` is a parameter. */
  readonly paths: readonly string[];
  readonly handle: (ctx: Context) => Promise<void>;
}

/** Responds with `value` as JSON; the status is the one set before, or 200. */
export function sendJson(ctx: Context, value: unknown): void {
  sendJsonText(ctx, jsonText(value));
}

/** The same with the body as it is sent. */
export function sendJsonText(ctx: Context, body: string | Buffer): void {
  ctx.res.setHeader('Content-Type', 'application/json');
  ctx.body = body;
}

/** Any handler; its own type has ensured that call and response match its operation. */
type AnyHandler =
  | ((call: Call<unknown, unknown>) => unknown)
  | { readonly write: (call: Call<unknown, unknown>) => unknown };

async function respond(handler: AnyHandler, call: Call<unknown, unknown>): Promise<void> {
  if (typeof handler === 'function') sendJson(call.ctx, await handler(call));
  else await handler.write(call);
}

function claimed(call: Call<unknown, unknown>, claim: IdempotencyClaim): Call<unknown, unknown> {
  return { ...call, origin: { ...call.origin, claim } };
}

/** The route of an operation: validates query and body against its schemas, calls the handler and responds. */
export function routeOf(id: OperationId, handler: AnyHandler, idempotency: IdempotencyControl): Route {
  const [method, ...paths] = ENDPOINTS[id];
  const { body, query }: Operation = OPERATIONS[id];
  const handle = async (ctx: Context): Promise<void> => {
    ctx.state.operation = id;
    const key = method === 'GET' ? null : idempotencyKeyOf(ctx);
    const call = {
      id: ctx.params?.['id'] ?? '',
      query: query === undefined ? undefined : checkFields(query, 'query', ctx.query),
      body: body === undefined ? undefined : checkFields(body, 'body', await readJsonObject(ctx.req)),
      origin: originOf(ctx),
      ctx,
    };
    if (key === null) await respond(handler, call);
    else await once(idempotency, ctx, key, call.body, (claim) => respond(handler, claimed(call, claim)));
  };
  return { id, method, paths: paths.map((path) => path.replace(/\{(\w+)\}/g, ':$1')), handle };
}

function originOf({ state: { requestId, source } }: Context): CommandOrigin {
  return { correlationId: requestId, ...(source === undefined ? {} : { source }) };
}

const MAX_ISSUES = 20;
const MAX_NAME_LENGTH = 100;

function shown(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`;
}

function issuesOf(error: z.ZodError, known: readonly string[]): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const message = `is not a known field; the known fields are ${known.join(', ')}`;
      for (const key of issue.keys.slice(0, MAX_ISSUES)) issues.push({ path: shown(key), message });
    } else {
      issues.push({ path: shown(issue.path.join('.')), message: issue.message });
    }
  }
  return issues.slice(0, MAX_ISSUES);
}

/** Validates input against a strict schema; throws RequestError (422) that names every invalid field. */
function checkFields<S extends z.ZodObject>(schema: S, part: 'body' | 'query', value: object): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = issuesOf(result.error, Object.keys(schema.shape));
  const sentence = issues.map(({ path, message }) => `"${path}" ${message}`).join('; ');
  throw new RequestError('invalid_request', `The request ${part} is invalid: ${sentence}.`, { issues });
}
