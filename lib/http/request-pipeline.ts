import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Middleware, Next } from 'koa';
import { CoredinatorError } from '../model/errors.ts';
import type { Log } from '../ports/log.ts';
import { isReading, SESSION_ENDED } from './access/access.ts';
import type { Guards } from './access/guards.ts';
import { sendSignInPage } from './access/sign-in-page.ts';
import type { HostLabel } from './host-label.ts';
import { jsonText } from './json-text.ts';
import type { RequestMeasures } from './measure-requests.ts';
import { problemAnswer, rawPath, RequestError } from './problem.ts';
import type { Context, RequestState } from './request-context.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** The dependencies of the request pipeline. */
export interface PipelineOptions {
  readonly log: Log;
  readonly host: HostLabel;
  readonly guards: Guards;
  /** Default: requests are not measured. */
  readonly measures?: RequestMeasures | undefined;
}

const COMMON_HEADERS = Object.entries(SECURITY_HEADERS);
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

function logFailure(log: Log, error: unknown, ctx: Context): void {
  const { requestId } = ctx.state;
  const place = { request_id: requestId, method: ctx.method, path: rawPath(ctx.req) };
  if (!(error instanceof CoredinatorError) && !(error instanceof RequestError)) {
    log.error({ ...place, err: error }, 'unexpected error while handling a request');
  } else if (ctx.status >= 500) {
    log.warn({ ...place, err: error }, 'a request was rejected');
  }
}

/**
 * Somebody who opens a page in a browser cannot send a token; programs get the problem document even if they accept
 * HTML.
 */
function isForPerson(ctx: Context, error: unknown): boolean {
  if (!(error instanceof RequestError) || error.code !== 'token_required' || ctx.method !== 'GET') return false;
  return ctx.accepts(['application/problem+json', 'application/json', 'text/html']) === 'text/html';
}

/** Responds with the problem document of an error, or with the sign-in page. */
function sendProblem(ctx: Context, error: unknown, host: HostLabel): void {
  const { problem, headers } = problemAnswer(error, rawPath(ctx.req));
  ctx.status = problem.status;
  ctx.set(headers);
  if (isForPerson(ctx, error)) {
    sendSignInPage(ctx, host, problem.detail === SESSION_ENDED ? SESSION_ENDED : null);
    return;
  }
  ctx.res.setHeader('Content-Type', 'application/problem+json');
  ctx.body = jsonText(problem);
}

function logRequest(log: Log, { req, res, state }: Context, tookMs: number): void {
  const fields = {
    request_id: state.requestId,
    method: req.method,
    path: rawPath(req),
    status: res.statusCode,
    ms: Math.round(tookMs * 1000) / 1000,
  };
  if (isReading(req.method)) log.debug(fields, 'request');
  else log.info(fields, 'command');
}

/**
 * The outermost pipeline: assigns the request id, runs the guards, turns errors into problem documents, measures the request and
 * logs one line. Koa itself never sees an error of a route.
 */
export function requestPipeline(options: PipelineOptions): Middleware<RequestState> {
  const { log, host, guards, measures } = options;
  return async (ctx: Context, next: Next): Promise<void> => {
    const startedAt = performance.now();
    measures?.begun(ctx);
    ctx.state.requestId = requestIdOf(ctx.req);
    for (const [name, value] of COMMON_HEADERS) ctx.res.setHeader(name, value);
    ctx.res.setHeader('X-CoreRL-Version', host.version);
    ctx.res.setHeader('X-Request-Id', ctx.state.requestId);
    try {
      const isAnswered = guards.answered(ctx);
      if (!(typeof isAnswered === 'boolean' ? isAnswered : await isAnswered)) await next();
    } catch (error) {
      sendProblem(ctx, error, host);
      logFailure(log, error, ctx);
    } finally {
      const tookMs = performance.now() - startedAt;
      // After Koa has sent the response: nobody waits for this.
      process.nextTick(() => {
        measures?.ended(ctx, tookMs / 1_000);
        logRequest(log, ctx, tookMs);
      });
    }
  };
}
