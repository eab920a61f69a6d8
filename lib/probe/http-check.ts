import { Agent, get, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { ProbeCheck, StatusRange } from '../model/probe.ts';
import type { Millis } from '../model/values/time.ts';
import { failure, SUCCESS, type Check, type EndCheck, type Outcome } from './check.ts';
import { addressOf, networkReason, Way } from './network.ts';

/** A longer body is not read to the end. */
const MAX_BODY_BYTES = 64 * 1024;
/**
 * Connections are reused by probes with at most this period. Most servers close an idle connection after 5 s, and a
 * simple server may block a worker on it; for probes with longer periods a new connection per check is cheap for the
 * host and easier on the service.
 */
const KEEP_ALIVE_MS: Millis = 4_000;

type HttpProbe = ProbeCheck & { readonly type: 'http' };

/** Succeeds if the response headers arrive in time with a status in the ranges. Redirects are not followed. */
export class HttpCheck implements Check {
  readonly #agent: Agent;
  readonly #options: RequestOptions;
  readonly #status: readonly StatusRange[];
  readonly #address: string;
  readonly #what: string;
  readonly #way: Way;

  constructor({ host, port, path, status }: HttpProbe, periodMs: Millis, way = new Way(false)) {
    this.#way = way;
    this.#agent = new Agent({
      keepAlive: periodMs <= KEEP_ALIVE_MS,
      maxSockets: 1,
      maxFreeSockets: 1,
      timeout: KEEP_ALIVE_MS * 2,
    });
    this.#options = { host, port, path, agent: this.#agent, headers: { 'User-Agent': 'coredinator-probe' } };
    this.#status = status;
    this.#address = addressOf(host, port);
    this.#what = `GET http://${this.#address}${path}`;
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome | null) => void): EndCheck {
    const request = new HttpRequest(this.#options, {
      connected: () => {
        this.#way.reached();
      },
      judge: (status) => this.#judge(status),
      failed: (error) => this.#way.after(error, failure(networkReason(this.#what, this.#address, error))),
      done,
    });
    return () => {
      const verdict = request.end();
      if (verdict !== null) return verdict;
      const outcome = failure(`${this.#what} gave no response within ${timeoutMs} ms`);
      return request.isConnected ? outcome : this.#way.withoutConnection(outcome);
    };
  }

  #judge(status: number): Outcome {
    if (this.#status.some(({ from, to }) => from <= status && status <= to)) return SUCCESS;
    return failure(`${this.#what} returned ${status}, expected ${rangesOf(this.#status)}`);
  }

  /** An open connection would keep some servers from stopping. */
  close(): void {
    this.#agent.destroy();
  }
}

function rangesOf(ranges: readonly StatusRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' or ');
}

interface Callbacks {
  connected(): void;
  judge(status: number): Outcome;
  failed(error: Error): Outcome | null;
  done(outcome: Outcome | null): void;
}

/** One request in progress. */
class HttpRequest {
  readonly #options: RequestOptions;
  readonly #callbacks: Callbacks;
  #request: ClientRequest;
  /** Known once the headers have arrived; the body is only drained. */
  #verdict: Outcome | null = null;
  #isOver = false;
  #received = 0;
  #isConnected = false;

  constructor(options: RequestOptions, callbacks: Callbacks) {
    this.#options = options;
    this.#callbacks = callbacks;
    this.#request = this.#send();
  }

  /** Whether it has made a connection of its own. One that is kept tells nothing of the way to the service now. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Aborts it; returns the verdict if the headers have arrived. */
  end(): Outcome | null {
    this.#isOver = true;
    this.#request.destroy();
    return this.#verdict;
  }

  #send(): ClientRequest {
    const request = get(this.#options);
    request.on('socket', (socket) => {
      if (request.reusedSocket) return;
      socket.once('connect', () => {
        this.#isConnected = true;
        this.#callbacks.connected();
      });
    });
    request.on('response', (response) => {
      this.#answered(response);
    });
    request.on('error', (error) => {
      this.#failed(request, error);
    });
    return request;
  }

  #answered(response: IncomingMessage): void {
    const verdict = this.#callbacks.judge(response.statusCode ?? 0);
    this.#verdict = verdict;
    const finish = (): void => {
      this.#finish(verdict);
    };
    response.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      if (this.#received <= MAX_BODY_BYTES) return;
      this.#request.destroy();
      finish();
    });
    response.on('end', finish);
    response.on('error', finish);
    response.on('close', finish);
  }

  #failed(request: ClientRequest, error: Error): void {
    if (this.#isOver) return;
    // The server may have closed the idle connection just when it was reused: that says nothing about the service.
    if (request.reusedSocket && this.#verdict === null && isClosed(error)) {
      this.#request = this.#send();
      return;
    }
    this.#finish(this.#verdict ?? this.#callbacks.failed(error));
  }

  #finish(outcome: Outcome | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#callbacks.done(outcome);
  }
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
