import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { JournalEntry } from '../model/journal.ts';
import type { Millis } from '../model/values/time.ts';
import type { WebhookSpec } from '../model/webhook.ts';
import { envelopeFor } from './envelope.ts';
import type { Outcome } from './outcome.ts';

/** Of an answer, so much is read to keep the connection; nobody looks at it. */
const MOST_READ_BYTES = 16 * 1024;
/** A receiver may ask to be left alone for so long at most. */
const MOST_RETRY_AFTER_MS = 60 * 60 * 1000;

/** What a sender says of itself. */
export interface SenderIdentity {
  /** Of the instance; part of the id of each request. */
  readonly instance: string;
  readonly version: string;
}

/** Sends events to one receiver, over one connection that is kept. */
export class Delivery {
  readonly #spec: WebhookSpec;
  readonly #identity: SenderIdentity;
  readonly #url: URL;
  readonly #agent: HttpAgent;

  constructor(spec: WebhookSpec, identity: SenderIdentity) {
    this.#spec = spec;
    this.#identity = identity;
    this.#url = new URL(spec.url);
    const options = { keepAlive: true, maxSockets: 1 };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** One attempt to deliver an event whose wire form is `data`. Never rejects; redirects are not followed, and aborting the signal breaks it off. */
  attempt(entry: JournalEntry, data: object, signal: AbortSignal): Promise<Outcome> {
    const { secret } = this.#spec;
    const { instance } = this.#identity;
    const { body, headers } = envelopeFor(entry, data, { secret, instance }, new Date());
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#spec.timeoutMs)]);
    return new Promise((resolve) => {
      const send = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(
        this.#url,
        {
          method: 'POST',
          agent: this.#agent,
          signal: deadline,
          headers: {
            ...headers,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'user-agent': `coredinator/${this.#identity.version}`,
          },
        },
        (response) => {
          discard(response);
          resolve(this.#judged(response));
        },
      );
      request.on('error', (error: NodeJS.ErrnoException) => {
        resolve(failed(`${this.#url.host} ${this.#trouble(error)}`));
      });
      request.end(body);
    });
  }

  /** Gives the connection up. */
  close(): void {
    this.#agent.destroy();
  }

  #judged({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
    if (status >= 200 && status < 300) return { type: 'accepted' };
    if (status === 410) return { type: 'gone' };
    const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
    return failed(`${this.#url.host} answered ${status}${redirect}`, retryAfter(headers['retry-after']));
  }

  /** Only the code of an error is told: its text may quote more of the URL than its host. */
  #trouble({ code, name }: NodeJS.ErrnoException): string {
    if (code === 'ABORT_ERR' || name === 'TimeoutError') return `did not answer within ${this.#spec.timeoutMs} ms`;
    return `cannot be reached (${code ?? name})`;
  }
}

function failed(reason: string, retryAfterMs: Millis | null = null): Outcome {
  return { type: 'failed', reason, retryAfterMs };
}

/** Seconds; a date would mean to trust the clock of another machine. */
function retryAfter(text: string | undefined): Millis | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(Number(text) * 1000, MOST_RETRY_AFTER_MS) : null;
}

/** Takes a short answer off the connection; one that goes on and on loses it. */
function discard(response: IncomingMessage): void {
  let read = 0;
  response.on('error', () => undefined); // the status was all that counts
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > MOST_READ_BYTES) response.destroy();
  });
}
