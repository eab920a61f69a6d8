import { Agent, get, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { ProbeCheck, StatusRange } from '../model/probe.ts';
import type { Millis } from '../model/values/time.ts';
import { failure, SUCCESS, type Check, type EndCheck, type Outcome } from './check.ts';
import { addressOf, networkReason } from './network.ts';

/** More of an answer is not waited for. */
const MAX_BODY_BYTES = 64 * 1024;
/**
 * Connections are kept for probes that ask at least that often. Most servers close an idle one after 5 s, and a simple one may have a
 * worker waiting on it, so that for others a new connection for each check costs the host little and the service less.
 */
const KEPT_MS: Millis = 4_000;

type HttpProbe = ProbeCheck & { readonly type: 'http' };

/** Succeeds when the headers of the answer come in time with a status in the ranges. Redirects are answers like any other. */
export class HttpCheck implements Check {
  readonly #agent: Agent;
  readonly #options: RequestOptions;
  readonly #status: readonly StatusRange[];
  readonly #address: string;
  readonly #what: string;

  constructor({ host, port, path, status }: HttpProbe, periodMs: Millis) {
    this.#agent = new Agent({ keepAlive: periodMs <= KEPT_MS, maxSockets: 1, maxFreeSockets: 1, timeout: KEPT_MS * 2 });
    this.#options = { host, port, path, agent: this.#agent, headers: { 'User-Agent': 'coredinator-probe' } };
    this.#status = status;
    this.#address = addressOf(host, port);
    this.#what = `GET http://${this.#address}${path}`;
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome) => void): EndCheck {
    const asking = new Asking(this.#options, {
      judge: (status) => this.#judge(status),
      broke: (error) => failure(networkReason(this.#what, this.#address, error)),
      done,
    });
    return () => asking.end() ?? failure(`${this.#what} gave no answer within ${timeoutMs} ms`);
  }

  #judge(status: number): Outcome {
    if (this.#status.some(({ from, to }) => from <= status && status <= to)) return SUCCESS;
    return failure(`${this.#what} answered ${status}, not ${rangesOf(this.#status)}`);
  }

  /** A connection that stays open would keep some servers from ending when they are asked to. */
  close(): void {
    this.#agent.destroy();
  }
}

function rangesOf(ranges: readonly StatusRange[]): string {
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' or ');
}

interface Words {
  judge(status: number): Outcome;
  broke(error: Error): Outcome;
  done(outcome: Outcome): void;
}

/** One question on its way. */
class Asking {
  readonly #options: RequestOptions;
  readonly #words: Words;
  #request: ClientRequest;
  /** Known once the headers are there; the body is only drained. */
  #verdict: Outcome | null = null;
  #isOver = false;
  #received = 0;

  constructor(options: RequestOptions, words: Words) {
    this.#options = options;
    this.#words = words;
    this.#request = this.#send();
  }

  /** Ends it; gives the verdict if the headers came. */
  end(): Outcome | null {
    this.#isOver = true;
    this.#request.destroy();
    return this.#verdict;
  }

  #send(): ClientRequest {
    const request = get(this.#options);
    request.on('response', (response) => {
      this.#answered(response);
    });
    request.on('error', (error) => {
      this.#broke(request, error);
    });
    return request;
  }

  #answered(response: IncomingMessage): void {
    const verdict = this.#words.judge(response.statusCode ?? 0);
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

  #broke(request: ClientRequest, error: Error): void {
    if (this.#isOver) return;
    // The server may have closed a kept connection just when it was used again: that says nothing of the service.
    if (request.reusedSocket && this.#verdict === null && isClosed(error)) {
      this.#request = this.#send();
      return;
    }
    this.#finish(this.#verdict ?? this.#words.broke(error));
  }

  #finish(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#words.done(outcome);
  }
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}
