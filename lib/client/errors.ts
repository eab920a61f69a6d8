import type { Problem } from '../api/schemas/problem.ts';

/** The host rejected a request; the message is the problem's detail. */
export class ProblemError extends Error {
  readonly status: number;
  /** For example `agent_not_found`; null: the response has no code. */
  readonly code: string | null;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ProblemError';
    this.status = problem.status;
    this.code = /#(\w+)$/.exec(problem.type)?.[1] ?? null;
    this.problem = problem;
  }
}

/** There was no response: the host is down or unreachable, or the address belongs to something else. */
export class UnreachableError extends Error {
  readonly url: string;
  /** The error of the connection. */
  readonly reason: string;

  constructor(url: string, cause: unknown) {
    const reason = cause instanceof Error ? deepestMessage(cause) : String(cause);
    super(`Cannot reach a host at ${url} (${reason}). Check that it is running and that the address is correct.`, {
      cause,
    });
    this.name = 'UnreachableError';
    this.url = url;
    this.reason = reason;
  }
}

/** Finds the reason below the "fetch failed" of fetch, or in the empty error of a name with several addresses. */
function deepestMessage(error: Error): string {
  if (error.cause instanceof Error) return deepestMessage(error.cause);
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join(', ');
}

/**
 * Whether a retry may soon succeed: there was no response, or the host is starting or shutting down. Earlier accepted
 * commands are on its disk.
 */
export function isPassing(error: unknown): error is UnreachableError | ProblemError {
  return error instanceof UnreachableError || (error instanceof ProblemError && error.status === 503);
}
