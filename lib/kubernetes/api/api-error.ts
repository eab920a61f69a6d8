/** The part of a `Status` object of the API that says what went wrong. */
export interface StatusBody {
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
}

/** A request that the API server refused, or did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; null: there was no answer. */
  readonly status: number | null;
  /** The reason in the answer (`AlreadyExists`), or the code of the network error (`ECONNRESET`). */
  readonly reason: string;
  /** Whether the request may have been carried out all the same. */
  readonly isUncertain: boolean;
  /** How long the API server wants no requests; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    facts: Pick<ApiError, 'status' | 'reason' | 'isUncertain'> & Partial<Pick<ApiError, 'retryAfterMs'>>,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = facts.status;
    this.reason = facts.reason;
    this.isUncertain = facts.isUncertain;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }

  /** The API server is unreachable, overloaded or broken, or does not know this host: the request itself is not at fault. */
  get isAway(): boolean {
    return this.status === null || this.status === 401 || this.status === 429 || this.status >= 500;
  }
}

/** Whether an error is an answer of the API server with that status. */
export function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** Whether an error says that the API server cannot be used now. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && error.isAway;
}

/** The error for an answer that is not a success. */
export function refusalOf(what: string, status: number, text: string, retryAfter: string | undefined): ApiError {
  const body = statusBodyOf(text);
  const reason = body?.reason ?? `HTTP ${status}`;
  const seconds = Number(retryAfter);
  return new ApiError(`${what}: ${body?.message ?? (text.slice(0, 200).trim() || reason)}`, {
    status,
    reason,
    // 429 is said before a request is carried out; a proxy or the server itself may fail after it was.
    isUncertain: status >= 500,
    retryAfterMs: retryAfter !== undefined && Number.isFinite(seconds) ? Math.max(0, seconds * 1_000) : null,
  });
}

function statusBodyOf(text: string): StatusBody | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : null;
  } catch {
    return null; // a proxy has answered
  }
}
