import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import type { Fetch, FetchAnswer } from '../../client/client.ts';

/** How a host is reached, besides its URL. */
export interface Wire {
  /** A Unix socket; null: by the URL. */
  readonly socketPath: string | null;
  /** Certificates (PEM) that are trusted besides those of Node; null: none. */
  readonly ca: string | null;
  /** Ends every request. */
  readonly signal: AbortSignal;
}

/**
 * `fetch` over node:http. Beside a Unix socket and a private authority it brings what the global one does not: it waits for an answer
 * as long as a stop takes, and for the next line of a follow as long as none comes; and Node need not load the whole of fetch first.
 */
export function nodeFetch(wire: Wire): Fetch {
  return async (url, { method, headers, body, signal }) => {
    const isTls = wire.socketPath === null && url.protocol === 'https:';
    const send = isTls ? (await import('node:https')).request : httpRequest;
    const signals = signal === undefined ? wire.signal : AbortSignal.any([signal, wire.signal]);
    const trusted = isTls && wire.ca !== null ? { ca: await authorities(wire.ca) } : {};
    const options = { method, headers: { ...headers }, signal: signals, agent: false, ...trusted };
    return answered(send({ ...options, ...targetOf(url, wire.socketPath) }), body);
  };
}

/** `ca` takes the place of the authorities that Node knows. */
async function authorities(ca: string): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, ca];
}

function targetOf(url: URL, socketPath: string | null): RequestOptions {
  const path = `${url.pathname}${url.search}`;
  if (socketPath !== null) return { socketPath, path, host: 'localhost' };
  return { protocol: url.protocol, hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port, path };
}

function answered(request: ReturnType<typeof httpRequest>, body: string | undefined): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    request.once('response', (response) => {
      resolve(answerOf(response));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function answerOf(response: IncomingMessage): FetchAnswer {
  const { statusCode: status = 0, statusMessage: statusText = '', headers } = response;
  let body: ReadableStream<Uint8Array> | null = null;
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText,
    headers: { get: (name) => [headers[name.toLowerCase()] ?? null].flat()[0] ?? null },
    text: () => text(response),
    json: () => json(response),
    get body() {
      // Whoever asks again gets the same stream: a second one would share the chunks with it.
      body ??= Readable.toWeb(Readable.from(chunksOf(response)));
      return body;
    },
  };
}

/** What breaks off is a TypeError, as from fetch. */
async function* chunksOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array; // no encoding is set
  } catch (cause) {
    throw new TypeError('the answer broke off', { cause });
  }
}
