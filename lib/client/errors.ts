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
  constructor(url: string, cause: unknown) {
    const reason = cause instanceof Error ? deepestMessage(cause) : String(cause);
    super(`No Coredinator answers at ${url} (${reason}); is the host running, and is this its address?`, { cause });
    this.name = 'UnreachableError';
  }
}

/** What fetch says itself is "fetch failed"; the reason is in its cause. */
function deepestMessage(error: Error): string {
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}
