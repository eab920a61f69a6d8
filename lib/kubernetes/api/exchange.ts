import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { systemCodeOf } from '../../model/system-error.ts';
import type { Timers } from '../../ports/clock.ts';
import type { Credentials } from './access.ts';
import { ApiError } from './api-error.ts';

/** A request as it goes over the wire. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly credentials: Credentials;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
}

/** Connections to one API server, which are kept. */
export class Connections {
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #timers: Timers;

  constructor(server: string, timers: Timers) {
    const options = { keepAlive: true, keepAliveMsecs: 15_000, scheduling: 'lifo' } as const;
    this.#agent = server.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);
    this.#timers = timers;
  }

  /**
   * Sends a request; resolves with its answer as soon as the head of that has come. Rejects with an ApiError, also if there
   * is none within the limit.
   */
  send(exchange: Exchange, limitMs: number): Promise<IncomingMessage> {
    const what = `${exchange.method} ${exchange.url.pathname}`;
    return new Promise((resolve, reject) => {
      const request = this.#request(exchange);
      // Whether a byte may have left: on a connection that is kept it may have at once.
      let isSent = false;
      request.once('socket', (socket) => {
        if (!socket.connecting) isSent = true;
        else socket.once('connect', () => (isSent = true));
      });
      const fail = (reason: string, message: string, cause?: unknown): void => {
        const facts = { status: null, reason, isUncertain: isSent && exchange.method !== 'GET' };
        reject(new ApiError(`${what}: ${message}`, facts, cause));
      };
      const timer = this.#timers.setTimeout(() => {
        fail('ETIMEDOUT', `no answer within ${limitMs / 1_000} s`);
        request.destroy();
      }, limitMs);
      request.on('error', (error) => {
        this.#timers.clearTimeout(timer);
        fail(systemCodeOf(error) || 'EUNKNOWN', textOf(error), error);
      });
      request.once('response', (response) => {
        this.#timers.clearTimeout(timer);
        resolve(response);
      });
      request.end(exchange.body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #request({ method, url, credentials, body, contentType }: Exchange): ClientRequest {
    const { headers, ca, cert, key, passphrase, serverName, isVerified } = credentials;
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      headers: {
        Accept: 'application/json',
        ...headers,
        ...(body === undefined
          ? {}
          : { 'Content-Type': contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      },
    };
    if (url.protocol === 'http:') return httpRequest(url, options);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return httpsRequest(url, {
      ...options,
      ca,
      cert,
      key,
      passphrase,
      rejectUnauthorized: isVerified,
      servername: serverName ?? (isIP(host) === 0 ? host : ''),
    });
  }
}

/** The message of a network error; several addresses that were tried have one each. */
function textOf(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name;
}

/** The whole body of an answer. Rejects with an ApiError if it breaks off, or is not complete within the limit. */
export function bodyOf(response: IncomingMessage, what: string, limitMs: number, timers: Timers): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const fail = (reason: string, message: string): void => {
      timers.clearTimeout(timer);
      reject(new ApiError(`${what}: ${message}`, { status: null, reason, isUncertain: true }));
      response.destroy();
    };
    const timer = timers.setTimeout(() => {
      fail('ETIMEDOUT', `the answer was not complete within ${limitMs / 1_000} s`);
    }, limitMs);
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('error', (error) => {
      fail(systemCodeOf(error) || 'ECONNRESET', `the answer broke off: ${error.message}`);
    });
    response.once('close', () => {
      if (!response.complete) fail('ECONNRESET', 'the answer broke off');
    });
    response.once('end', () => {
      timers.clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}
