import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import type { Fetch, FetchAnswer } from './client.ts';

/** How to reach a host. */
export interface NodeFetchOptions {
  /**
   * `http://…`, `https://…` or `unix:` with the absolute path of a socket. A function is called for each request,
   * because a restarted host may listen elsewhere; it may throw.
   */
  readonly url: string | (() => string);
  /** Certificates (PEM) to trust in addition to Node's; default: none. */
  readonly ca?: string | null;
  /** Aborts every request. */
  readonly signal?: AbortSignal;
  /** The timeout for a response that does not wait for processes; default: 30 s. */
  readonly timeoutMs?: number;
}

/** Even the slowest response of a live host takes about a second on a busy machine. */
const TIMEOUT_MS = 30_000;

/**
 * `fetch` based on node:http, for clients in Node. It adds support for Unix sockets and private certificate
 * authorities, waits as long as a stop takes and as long as a followed stream is silent, and avoids loading all of
 * fetch. A response that does not come from a Coredinator counts as no response.
 */
export function nodeFetch(options: NodeFetchOptions): Fetch {
  return async (url, { method, headers, body, signal }) => {
    const base = typeof options.url === 'string' ? options.url : options.url();
    const isTls = base.startsWith('https:');
    const send = isTls ? (await import('node:https')).request : httpRequest;
    const trusted = isTls && options.ca != null ? { ca: await authorities(options.ca) } : {};
    const request = { method, headers: { ...headers }, agent: false, ...trusted, ...endedBy([signal, options.signal]) };
    const sent = send({ ...request, ...targetOf(url, base) });
    return responseOf(sent, body, waitsForProcesses(method, url) ? null : (options.timeoutMs ?? TIMEOUT_MS));
  };
}

function endedBy(signals: readonly (AbortSignal | undefined)[]): Pick<RequestOptions, 'signal'> {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length === 0 ? {} : { signal: AbortSignal.any(given) };
}

/** These requests are answered only when the processes that they stop have ended. */
function waitsForProcesses(method: string, url: URL): boolean {
  return method === 'DELETE' || url.pathname.endsWith('/stop');
}

/** `ca` replaces Node's authorities, so this adds them again. */
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

function responseOf(
  request: ReturnType<typeof httpRequest>,
  body: string | undefined,
  timeoutMs: number | null,
): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      request.destroy(new Error(`it accepted the connection but did not answer for ${(timeoutMs ?? 0) / 1000} s`));
    };
    const timer = timeoutMs === null ? undefined : setTimeout(late, timeoutMs);
    request.once('response', (response) => {
      clearTimeout(timer);
      const { statusCode: status = 0, statusMessage = '', headers } = response;
      if (headers['x-corerl-version'] !== undefined) {
        resolve(answerOf(response));
        return;
      }
      response.destroy();
      reject(new Error(`the response is not from Coredinator: ${status} ${statusMessage}`.trimEnd()));
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
      // Every read returns the same stream: a second stream would share its chunks.
      body ??= Readable.toWeb(Readable.from(chunksOf(response)));
      return body;
    },
  };
}

/** An interrupted body is a TypeError, as in fetch. */
async function* chunksOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array; // no encoding is set
  } catch (cause) {
    throw new TypeError('the response was interrupted', { cause });
  }
}
