import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { JournalEntry } from '../model/journal.ts';
import type { Millis } from '../model/values/time.ts';
import type { WebhookSpec } from '../model/webhook.ts';
import { envelopeFor } from './envelope.ts';
import type { Outcome } from './outcome.ts';

/** How much of a response is read to keep the connection; its content is ignored. */
const MAX_READ_BYTES = 16 * 1024;
/** The maximum accepted value of `Retry-After`. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** How the sender identifies itself. */
export interface SenderIdentity {
  /** The id of the instance; part of the id of each request. */
  readonly instance: string;
  readonly version: string;
}

/** Sends events to one receiver over one reused connection. */
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

  /**
   * Tries once to deliver an event whose wire form is `data`. Never rejects; redirects are not followed, and aborting
   * the signal cancels it.
   */
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
        resolve(failed(`${this.#url.host} ${this.#errorText(error)}`));
      });
      request.end(body);
    });
  }

  /** Closes the connection. */
  close(): void {
    this.#agent.destroy();
  }

  #judged({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
    if (status >= 200 && status < 300) return { type: 'accepted' };
    if (status === 410) return { type: 'gone' };
    const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
    return failed(`${this.#url.host} returned ${status}${redirect}`, retryAfter(headers['retry-after']));
  }

  /** Quotes only the code of an error: its message may contain more of the URL than its host. */
  #errorText({ code, name }: NodeJS.ErrnoException): string {
    if (code === 'ABORT_ERR' || name === 'TimeoutError') return `did not answer within ${this.#spec.timeoutMs} ms`;
    return `cannot be reached (${code ?? name})`;
  }
}

function failed(reason: string, retryAfterMs: Millis | null = null): Outcome {
  return { type: 'failed', reason, retryAfterMs };
}

/** Only seconds are accepted; a date would mean trusting the clock of another machine. */
function retryAfter(text: string | undefined): Millis | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS) : null;
}

/** Reads a short response off the connection; a longer one closes it. */
function discard(response: IncomingMessage): void {
  let read = 0;
  response.on('error', () => undefined); // only the status counts
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > MAX_READ_BYTES) response.destroy();
  });
}
