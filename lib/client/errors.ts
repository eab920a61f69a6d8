import type { Problem } from '../api/schemas/problem.ts';

/** The host refused a request; the message is its sentence. */
export class ProblemError extends Error {
  readonly status: number;
  /** Such as `agent_not_found`; null: the answer names none. */
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

/** No answer came: the host is down, cannot be reached, or is something else. */
export class UnreachableError extends Error {
  readonly url: string;
  /** What the connection ran into. */
  readonly reason: string;

  constructor(url: string, cause: unknown) {
    const reason = cause instanceof Error ? deepestMessage(cause) : String(cause);
    super(`Cannot reach a host at ${url} (${reason}). Check that it is running and that the address is right.`, {
      cause,
    });
    this.name = 'UnreachableError';
    this.url = url;
    this.reason = reason;
  }
}

/** What fetch says itself is "fetch failed", and what a name with several addresses gives says nothing: the reason is below. */
function deepestMessage(error: Error): string {
  if (error.cause instanceof Error) return deepestMessage(error.cause);
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join(', ');
}

/**
 * Whether it may be over in a moment: there was no answer, or the host is about to come or to go. What it was told before is on its
 * disk.
 */
export function isPassing(error: unknown): error is UnreachableError | ProblemError {
  return error instanceof UnreachableError || (error instanceof ProblemError && error.status === 503);
}
