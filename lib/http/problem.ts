import type { IncomingMessage } from 'node:http';
import { PROBLEM_KINDS } from '../api/problems.ts';
import type { ProblemCode, RequestErrorCode } from '../api/problems.ts';
import type { Problem } from '../api/schemas/problem.ts';
import { CoredinatorError } from '../model/errors.ts';
import type { FieldIssue } from '../model/errors.ts';

interface RequestErrorOptions extends ErrorOptions {
  readonly issues?: readonly FieldIssue[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A rejected request; the message is the `detail` of its problem document. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly issues: readonly FieldIssue[];
  /** Headers of the response, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RequestErrorCode, message: string, options: RequestErrorOptions = {}) {
    super(message, options);
    this.name = 'RequestError';
    this.code = code;
    this.issues = options.issues ?? [];
    this.headers = options.headers ?? {};
  }
}

/** An error as a response. Unknown errors reveal nothing but "internal error". */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** The `type` of a code: the anchor on the documentation page that explains it. */
export function problemType(code: ProblemCode): string {
  return `/docs#${code}`;
}

/** Converts any error of a route to the response; `instance` is the path of the request. */
export function problemAnswer(error: unknown, instance: string): ProblemAnswer {
  if (!(error instanceof CoredinatorError) && !(error instanceof RequestError)) {
    const { status, title } = PROBLEM_KINDS.internal;
    return { problem: { type: problemType('internal'), title, status, instance }, headers: {} };
  }
  const { status, title, retryAfterS } = PROBLEM_KINDS[error.code];
  const retry = retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) };
  const extra = error instanceof RequestError ? error.headers : {};
  return {
    problem: {
      type: problemType(error.code),
      title,
      status,
      detail: error.message,
      instance,
      ...(error.issues.length === 0 ? {} : { errors: error.issues }),
    },
    headers: { ...retry, ...extra },
  };
}

/** The path of a request without its query, undecoded; empty if the request line has none. */
export function rawPath(req: IncomingMessage): string {
  const url = req.url ?? '';
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
