import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import type { Fetch, FetchAnswer } from './client.ts';

/** How a host is reached. */
export interface Wire {
  /**
   * `http://…`, `https://…` or `unix:` with the absolute path of a socket. A function is asked at each request, since a host that comes
   * back may listen elsewhere; it may throw.
   */
  readonly url: string | (() => string);
  /** Certificates (PEM) that are trusted besides those of Node; default: none. */
  readonly ca?: string | null;
  /** Ends every request. */
  readonly signal?: AbortSignal;
  /** How long an answer may be on its way that waits for nothing; default: 30 s. */
  readonly patienceMs?: number;
}

/** A host that is alive takes a second for its slowest answer, on a machine that has better things to do. */
const PATIENCE_MS = 30_000;

/**
 * `fetch` over node:http, for a client in Node. Beside a Unix socket and a private authority it brings what the global one does not:
 * it waits for an answer as long as a stop takes, and for the next line of a follow as long as none comes; and Node need not load the
 * whole of fetch first. An answer that no Coredinator gave is none.
 * @example
 * const url = 'unix:/run/coredinator/api.sock';
 * const host = createClient({ url, fetch: nodeFetch({ url }) });
 */
export function nodeFetch(wire: Wire): Fetch {
  return async (url, { method, headers, body, signal }) => {
    const base = typeof wire.url === 'string' ? wire.url : wire.url();
    const isTls = base.startsWith('https:');
    const send = isTls ? (await import('node:https')).request : httpRequest;
    const trusted = isTls && wire.ca != null ? { ca: await authorities(wire.ca) } : {};
    const options = { method, headers: { ...headers }, agent: false, ...trusted, ...endedBy([signal, wire.signal]) };
    const request = send({ ...options, ...targetOf(url, base) });
    return answered(request, body, waitsForProcesses(method, url) ? null : (wire.patienceMs ?? PATIENCE_MS));
  };
}

function endedBy(signals: readonly (AbortSignal | undefined)[]): Pick<RequestOptions, 'signal'> {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 0 ? {} : { signal: AbortSignal.any(given) };
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

function targetOf({ pathname, search }: URL, base: string): RequestOptions {
  const path = `${pathname}${search}`;
  if (base.startsWith('unix:')) return { socketPath: base.slice('unix:'.length), path, host: 'localhost' };
  const { protocol, hostname, port } = new URL(base);
  return { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, path };
}

function answered(
  request: ReturnType<typeof httpRequest>,
  body: string | undefined,
  patienceMs: number | null,
): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      request.destroy(new Error(`it takes the connection and has not answered for ${(patienceMs ?? 0) / 1000} s`));
    };
    const timer = patienceMs === null ? undefined : setTimeout(late, patienceMs);
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
