import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../ports/log.ts';

const HEADERS_TIMEOUT_MS = 10_000;
/** To receive a whole request; how long an answer takes is not limited, since a stop may take minutes. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the pause between two polls of a status, so that polling clients keep their connection. */
const KEEP_ALIVE_MS = 65_000;
/** A flood of connections must not use up the descriptors that launches and the store need. */
const MAX_CONNECTIONS = 1_000;
const CLOSE_LOOK_MS = 20;

/** Where to listen, and what answers and records need that are made outside of the app. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly version: string;
  readonly log: Log;
}

/** An API that listens. */
export interface Listening {
  readonly server: Server;
  /** The base URL with the real port; for an unspecified address (0.0.0.0, ::) that of the loopback. */
  readonly url: string;
  /** Takes no more connections, lets requests under way end within `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/** The address cannot be listened on; `code` is the system's (`EADDRINUSE`, `EACCES`, ...). */
export class ListenError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
    this.code = code;
  }
}

function remedyFor(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there; stop it, or give another port with --port (0 takes any free one)';
    case 'EACCES':
      return 'this user may not use that port; give one above 1023 with --port, or start with the right to bind it';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this machine has no such address; give one of its own with --host';
    default:
      return 'the system refused it; give another address with --host and --port';
  }
}

function listenError(cause: NodeJS.ErrnoException, { host, port }: ListenOptions): ListenError {
  const code = cause.code ?? 'UNKNOWN';
  const place = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new ListenError(code, `Cannot listen on ${place} (${code}): ${remedyFor(code)}.`, { cause });
}

/** What node's parser and clock have against a request; anything else is a 400. */
const CLIENT_ERROR_STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function bareProblem(status: number): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status });
}

/** Answers what is no HTTP request, in the form of every other answer; node's own answer would lack the headers. */
function answerClientErrors(server: Server, version: string): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status = CLIENT_ERROR_STATUS[error.code ?? ''] ?? 400;
    const body = bareProblem(status);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `X-CoreRL-Version: ${version}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    res.writeHead(417, { 'X-CoreRL-Version': version, 'Content-Type': 'application/problem+json' });
    res.end(bareProblem(417));
  });
}

function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo; // a TCP server that listens has one
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (address === '::') return `http://[::1]:${port}`;
  return isIPv6(address) ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection whose last request ends during the grace is kept alive by node: it has to be looked for.
    const look = setInterval(() => {
      server.closeIdleConnections();
    }, CLOSE_LOOK_MS);
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    // Its only error, "not running", means that there is nothing left to close.
    server.close(() => {
      clearInterval(look);
      clearTimeout(cut);
      resolve();
    });
  });
}

/** Serves `app` on an address. Rejects with ListenError, whose message names the address and what to do. */
export function listen(app: { callback(): RequestListener }, options: ListenOptions): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The app refuses a missing Host itself, with the headers of every other answer.
      requireHostHeader: false,
    },
    app.callback(),
  );
  server.maxConnections = MAX_CONNECTIONS;
  answerClientErrors(server, options.version);
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void => {
      reject(listenError(cause, options));
    };
    server.once('error', refuse);
    server.listen(options.port, options.host, () => {
      server.off('error', refuse);
      // A connection that cannot be accepted (no descriptors left) must not take the host down.
      server.on('error', (err) => {
        options.log.error({ err }, 'a connection could not be accepted');
      });
      resolve({ server, url: urlOf(server), close: (graceMs) => closeServer(server, graceMs) });
    });
  });
}
