import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import type { Fetch, FetchAnswer } from '../../client/client.ts';
import { spokenDuration } from '../../model/duration.ts';
import type { Millis } from '../../model/time.ts';
import type { HostPlace } from './host-url.ts';

/** How a host is reached. */
export interface Wire {
  /** Asked at each request. May throw. */
  readonly place: () => Pick<HostPlace, 'url' | 'socketPath'>;
  /** Certificates (PEM) that are trusted besides those of Node; null: none. */
  readonly ca: string | null;
  /** Ends every request. */
  readonly signal: AbortSignal;
  /** How long an answer may be on its way that waits for nothing. */
  readonly patience?: Millis;
}

/** A host that is alive takes a second for its slowest answer, on a machine that has better things to do. */
const PATIENCE: Millis = 30_000;

/**
 * `fetch` over node:http. Beside a Unix socket and a private authority it brings what the global one does not: it waits for an answer
 * as long as a stop takes, and for the next line of a follow as long as none comes; and Node need not load the whole of fetch first.
 * An answer that no Coredinator gave is none.
 */
export function nodeFetch(wire: Wire): Fetch {
  return async (url, { method, headers, body, signal }) => {
    const { url: base, socketPath } = wire.place();
    const isTls = socketPath === null && base.startsWith('https:');
    const send = isTls ? (await import('node:https')).request : httpRequest;
    const signals = signal === undefined ? wire.signal : AbortSignal.any([signal, wire.signal]);
    const trusted = isTls && wire.ca !== null ? { ca: await authorities(wire.ca) } : {};
    const options = { method, headers: { ...headers }, signal: signals, agent: false, ...trusted };
    const request = send({ ...options, ...targetOf(url, base, socketPath) });
    return answered(request, body, waitsForProcesses(method, url) ? null : (wire.patience ?? PATIENCE));
  };
}

/** These are answered when nothing is left of what they stop. */
function waitsForProcesses(method: string, url: URL): boolean {
  return method === 'DELETE' || url.pathname.endsWith('/stop');
}

/** `ca` takes the place of the authorities that Node knows. */
async function authorities(ca: string): Promise<string[]> {
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, ca];
}

function targetOf({ pathname, search }: URL, base: string, socketPath: string | null): RequestOptions {
  const path = `${pathname}${search}`;
  if (socketPath !== null) return { socketPath, path, host: 'localhost' };
  const { protocol, hostname, port } = new URL(base);
  return { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, path };
}

function answered(
  request: ReturnType<typeof httpRequest>,
  body: string | undefined,
  patience: Millis | null,
): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      request.destroy(new Error(`it takes the connection and has not answered for ${spokenDuration(patience ?? 0)}`));
    };
    const timer = patience === null ? undefined : setTimeout(late, patience);
    request.once('response', (response) => {
      clearTimeout(timer);
      const { statusCode: status = 0, statusMessage = '', headers } = response;
      if (headers['x-corerl-version'] !== undefined) {
        resolve(answerOf(response));
        return;
      }
      response.destroy();
      reject(new Error(`something else answers there: ${status} ${statusMessage}`.trimEnd()));
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
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
