import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Middleware, Next } from 'koa';
import { CoredinatorError } from '../model/errors.ts';
import type { Log } from '../ports/log.ts';
import { isReading, tokenGuard } from './access.ts';
import type { Access } from './access.ts';
import { crossOriginGuard } from './cross-origin.ts';
import { FailedAttempts, type AttemptLimits } from './failed-attempts.ts';
import { hostGuard, servedHosts } from './host-guard.ts';
import { problemAnswer, rawPath, RequestError } from './problem.ts';
import { refuseOversized } from './request-limits.ts';
import type { Context, RequestState } from './route.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** What the door needs to know of the host and of who may come in. */
export interface DoorOptions {
  readonly log: Log;
  readonly version: string;
  readonly access: Access;
  /** Names, besides the machine's own addresses and localhost, that a Host header may carry. */
  readonly allowedHosts: readonly string[];
  /** Origins (`https://name:port`) whose pages may call; default none. */
  readonly corsOrigins?: readonly string[];
  /** Whether requests come in on a Unix socket, where a Host header says nothing; default no. */
  readonly isUnixSocket?: boolean;
  /** How many wrong tokens an address may send; default ten in a minute. */
  readonly attemptLimits?: AttemptLimits;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Brings the absolute form of a request target (RFC 9112, 3.2.2) into the usual one. */
function toOriginForm(req: IncomingMessage): void {
  if (req.url === undefined || req.url.startsWith('/') || req.url === '*') return;
  try {
    const { pathname, search } = new URL(req.url);
    req.url = pathname + search;
  } catch (cause) {
    throw new RequestError('malformed_path', `The target of the request, "${rawPath(req)}", is not a URL.`, { cause });
  }
}

function checkedPath(ctx: Context): string {
  toOriginForm(ctx.req);
  const { path } = ctx;
  try {
    if (path.includes('%')) decodeURIComponent(path);
  } catch (cause) {
    throw new RequestError('malformed_path', `The path "${path}" is not validly percent-encoded.`, { cause });
  }
  return path;
}

/** The guards in the order in which they refuse; true: the request is answered already. */
function guards(options: DoorOptions): (ctx: Context) => Promise<boolean> {
  const { access, allowedHosts, corsOrigins = [], isUnixSocket = false, log } = options;
  const isServed = servedHosts(allowedHosts);
  const checkHost = hostGuard(isServed, isUnixSocket);
  const checkOrigin = crossOriginGuard(corsOrigins, isServed);
  const checkToken = tokenGuard(access, new FailedAttempts(log, options.attemptLimits));
  return async (ctx) => {
    checkHost(ctx.req);
    if (checkOrigin(ctx)) return true;
    const path = checkedPath(ctx);
    await checkToken(ctx.req, path);
    refuseOversized(ctx.req);
    return false;
  };
}

function logFailure(log: Log, error: unknown, ctx: Context): void {
  const { requestId } = ctx.state;
  const place = { request_id: requestId, method: ctx.method, path: rawPath(ctx.req) };
  if (!(error instanceof CoredinatorError) && !(error instanceof RequestError)) {
    log.error({ ...place, err: error }, 'a request failed in a way that nothing provides for');
  } else if (ctx.status >= 500) {
    log.warn({ ...place, err: error }, 'a request was refused');
  }
}

/** Answers with the problem document of whatever was thrown. */
export function sendProblem(ctx: Context, error: unknown): void {
  const { problem, headers } = problemAnswer(error, rawPath(ctx.req));
  ctx.status = problem.status;
  ctx.set(headers);
  ctx.res.setHeader('Content-Type', 'application/problem+json');
  ctx.body = JSON.stringify(problem);
}

function logRequest(log: Log, ctx: Context, startedAt: number): void {
  const ms = Math.round((performance.now() - startedAt) * 1000) / 1000;
  const fields = {
    request_id: ctx.state.requestId,
    method: ctx.method,
    path: rawPath(ctx.req),
    status: ctx.status,
    ms,
  };
  if (isReading(ctx.method)) log.debug(fields, 'request');
  else log.info(fields, 'command');
}

/**
 * The middleware around everything: names the request, lets only fitting requests in, turns what is thrown into a problem
 * document and logs one line. Koa itself never sees an error of a route.
 */
export function door(options: DoorOptions): Middleware<RequestState> {
  const { log, version } = options;
  const isAnswered = guards(options);
  return async (ctx: Context, next: Next): Promise<void> => {
    const startedAt = performance.now();
    ctx.state.requestId = requestIdOf(ctx.req);
    ctx.set(SECURITY_HEADERS);
    ctx.res.setHeader('X-CoreRL-Version', version);
    ctx.res.setHeader('X-Request-Id', ctx.state.requestId);
    try {
      if (!(await isAnswered(ctx))) await next();
    } catch (error) {
      sendProblem(ctx, error);
      logFailure(log, error, ctx);
    }
    logRequest(log, ctx, startedAt);
  };
}
