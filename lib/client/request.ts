import { ENDPOINTS } from '../api/paths.ts';
import type { Method, OperationId } from '../api/paths.ts';
import type { Problem } from '../api/schemas/problem.ts';
import { ProblemError, UnreachableError } from './errors.ts';
import type { CallOptions } from './types.ts';

/** The part of a response that the client uses. */
export type FetchAnswer = Pick<Response, 'ok' | 'status' | 'statusText' | 'text' | 'json'> & {
  readonly headers: Pick<Headers, 'get'>;
  readonly body: ReadableStream<Uint8Array> | null;
};

/** The part of `fetch` that the client uses. */
export type Fetch = (
  url: URL,
  request: {
    readonly method: Method;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
) => Promise<FetchAnswer>;

/** The location of a host and how to communicate with it. */
export interface ClientOptions {
  /** For example `http://127.0.0.1:8000`; `unix:PATH` only with a `fetch` that supports Unix sockets. */
  readonly url: string;
  /** The bearer token, requested for each request so that a rotated token is used; none: the host requires no token. */
  readonly token?: string | (() => string | null) | null;
  /** Default: the global one. */
  readonly fetch?: Fetch;
  /** The program that gives commands, as the host records it. Default: `coredinator-client`; in a browser none. */
  readonly userAgent?: string;
}

type QueryField = string | number | boolean | null | undefined;

/** The arguments of any call, as needed to build the request. */
export interface LooseArguments extends CallOptions {
  readonly query?: Readonly<Record<string, QueryField | readonly QueryField[]>>;
  readonly body?: unknown;
  readonly [parameter: string]: unknown;
}

function targetOf(id: OperationId, path: string, args: LooseArguments): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameterIn(args, name, id)));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(args.query ?? {})) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) query.append(name, String(one));
  }
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

/** Without a value the path would be that of another route, with `..` too: the address would be another one. */
function parameterIn(args: LooseArguments, name: string, id: OperationId): string {
  const value = args[name];
  if (typeof value === 'string' && !['', '.', '..'].includes(value)) return value;
  const given = value === undefined ? 'none was given' : `${JSON.stringify(value)} cannot be one`;
  throw new TypeError(`${id} requires "${name}", a text such as "pump1"; ${given}. Nothing was sent.`);
}

function headersOf(options: ClientOptions, args: LooseArguments): Record<string, string> {
  const token = typeof options.token === 'function' ? options.token() : options.token;
  // In a browser the header would make a request to another origin fail.
  const userAgent = options.userAgent ?? ('document' in globalThis ? null : 'coredinator-client');
  return {
    ...(userAgent === null ? {} : { 'user-agent': userAgent }),
    ...(args.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token == null ? {} : { authorization: `Bearer ${token}` }),
    ...args.headers,
  };
}

/**
 * Sends the request of an operation. Rejects with UnreachableError if there is no response, with ProblemError if it is
 * an error, and with TypeError, before anything is sent, if a parameter of its path is missing or empty.
 */
export async function send(options: ClientOptions, id: OperationId, args: LooseArguments): Promise<FetchAnswer> {
  const [method, path] = ENDPOINTS[id];
  const fetcher: Fetch = options.fetch ?? globalFetch(options.url);
  const response = await fetcher(new URL(targetOf(id, path, args), options.url), {
    method,
    headers: headersOf(options, args),
    ...(args.body === undefined ? {} : { body: JSON.stringify(args.body) }),
    ...(args.signal === undefined ? {} : { signal: args.signal }),
  }).catch((cause: unknown) => {
    if (args.signal?.aborted === true) throw cause;
    throw new UnreachableError(options.url, cause);
  });
  if (response.ok) return response;
  throw new ProblemError(await whole(options, args, problemIn(response)));
}

/** The body of a response; an interrupted body counts as no response. */
export async function whole<T>({ url }: ClientOptions, { signal }: LooseArguments, body: Promise<T>): Promise<T> {
  try {
    return await body;
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new UnreachableError(url, cause);
  }
}

function globalFetch(url: string): Fetch {
  if (!url.startsWith('unix:')) return fetch;
  throw new UnreachableError(
    url,
    new Error('the global fetch cannot reach a Unix socket; use nodeFetch from coredinator/client/node'),
  );
}

async function problemIn(response: FetchAnswer): Promise<Problem> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/problem+json') === true) {
    return JSON.parse(text) as Problem; // as the media type says
  }
  const detail = `The response was ${response.status} without a problem document. Is this the address of a Coredinator host?`;
  return { type: 'about:blank', title: response.statusText, status: response.status, detail };
}
