import type { IncomingMessage } from 'node:http';
import { REQUESTS_PER_SECOND } from '../../model/engine.ts';
import type { Timers } from '../../ports/clock.ts';
import { holdingTimers } from '../../ports/wall-timers.ts';
import type { ClusterAccess, Credentials } from './access.ts';
import { ApiError, refusalOf } from './api-error.ts';
import { ApiStream } from './api-stream.ts';
import { bodyOf, Connections, type Exchange } from './exchange.ts';
import { Reachability } from './reachability.ts';
import { RequestQueue } from './request-queue.ts';

/** How long an answer may take; of a stream: its beginning. */
const LIMIT_MS = 10_000;
/** After a quiet time, so many seconds' worth of requests are sent at once. */
const BURST_SECONDS = 2;
/** How often a request is sent that the server refuses with 429, which says when to come again. */
const ATTEMPTS = 3;
/** The pause after a 429 without a time. */
const DEFAULT_PAUSE_MS = 1_000;
/** However long the server wants no requests, a call ends within its limit. */
const MAX_PAUSE_MS = 30_000;

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One change of a JSON patch (RFC 6902). */
export interface PatchStep {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface ClientOptions {
  readonly access: ClusterAccess;
  readonly timers?: Timers;
  readonly limitMs?: number;
  readonly perSecond?: number;
  readonly burst?: number;
  readonly steadyMs?: () => number;
}

/** What a request needs besides its method and path. */
interface RequestParts {
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
}

/**
 * Calls of the Kubernetes API. All go through one queue, and each has a time limit. Every failure is an ApiError. Paths begin
 * with a slash; answers are taken for what the caller says they are.
 */
export class KubernetesClient {
  readonly access: ClusterAccess;
  /** Whether the API server answers; who repeats calls waits for that. */
  readonly reach = new Reachability();
  readonly #connections: Connections;
  readonly #queue: RequestQueue;
  readonly #timers: Timers;
  readonly #limitMs: number;
  readonly #streams = new Set<ApiStream>();

  constructor(options: ClientOptions) {
    const {
      access,
      timers = holdingTimers,
      perSecond = REQUESTS_PER_SECOND,
      burst = perSecond * BURST_SECONDS,
    } = options;
    const steadyMs = options.steadyMs ?? (() => performance.now());
    this.access = access;
    this.#timers = timers;
    this.#limitMs = options.limitMs ?? LIMIT_MS;
    this.#connections = new Connections(access.server, timers);
    this.#queue = new RequestQueue({ perSecond, burst, timers, steadyMs });
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.#call<T>('GET', path, query === undefined ? {} : { query });
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>('POST', path, { body });
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>('PUT', path, { body });
  }

  /** Carried out as a whole or, if one test does not hold, not at all. */
  patch<T>(path: string, steps: readonly PatchStep[]): Promise<T> {
    return this.#call<T>('PATCH', path, { body: steps, contentType: 'application/json-patch+json' });
  }

  delete<T>(path: string, body?: unknown): Promise<T> {
    return this.#call<T>('DELETE', path, { body });
  }

  /** An answer without an end, such as a watch or a log. It is torn after `idleMs` without a byte; null: never. */
  async stream(path: string, query: Query, idleMs: number | null): Promise<ApiStream> {
    const response = await this.#send('GET', path, { query });
    const stream = new ApiStream(response, `GET ${path}`, { idleMs, timers: this.#timers });
    this.#streams.add(stream);
    response.once('close', () => this.#streams.delete(stream));
    return stream;
  }

  /** Ends all connections; requests under way fail. */
  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#queue.close();
    this.reach.back();
    this.#connections.close();
  }

  async #call<T>(method: string, path: string, parts: RequestParts): Promise<T> {
    const response = await this.#send(method, path, parts);
    const text = await bodyOf(response, `${method} ${path}`, this.#limitMs, this.#timers);
    try {
      return JSON.parse(text) as T; // the API server is believed to send what its API says
    } catch (error) {
      const facts = { status: null, reason: 'EPROTO', isUncertain: true };
      throw new ApiError(`${method} ${path}: the answer is not JSON`, facts, error);
    }
  }

  /** Resolves with an answer that is a success. */
  async #send(method: string, path: string, parts: RequestParts): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#queue.enter();
      const response = await this.#connections.send(await this.#exchange(method, path, parts), this.#limitMs);
      const { statusCode: status = 0, headers } = response;
      if (status >= 200 && status < 300) return response;
      const text = await bodyOf(response, `${method} ${path}`, this.#limitMs, this.#timers);
      const refusal = refusalOf(`${method} ${path}`, status, text, headers['retry-after']);
      if (status === 429 || refusal.retryAfterMs !== null) {
        this.#queue.pause(Math.min(refusal.retryAfterMs ?? DEFAULT_PAUSE_MS, MAX_PAUSE_MS));
      }
      if (status !== 429 || attempt === ATTEMPTS) throw refusal;
    }
  }

  async #exchange(method: string, path: string, { query, body, contentType }: RequestParts): Promise<Exchange> {
    const url = new URL(this.access.server + path);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const text = body === undefined ? undefined : JSON.stringify(body);
    return { method, url, credentials: await this.#credentials(), body: text, contentType };
  }

  async #credentials(): Promise<Credentials> {
    try {
      return await this.access.credentials();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const facts = { status: null, reason: 'ECREDENTIALS', isUncertain: false };
      throw new ApiError(`The credentials for ${this.access.server} cannot be read: ${reason}`, facts, error);
    }
  }
}
