import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../api/schemas/problem.ts';
import type { Millis } from '../../model/values/time.ts';
import { jsonText } from '../json-text.ts';
import { headLines, SECURITY_HEADERS } from '../security-headers.ts';

/** The statuses for errors of Node's parser and timeouts; all others get 400. */
const CLIENT_ERROR_STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function bareProblem(status: number): string {
  return jsonText({ type: 'about:blank', title: STATUS_CODES[status], status });
}

function headersOf(version: string): Readonly<Record<string, string>> {
  return { ...SECURITY_HEADERS, 'X-CoreRL-Version': version, 'Content-Type': 'application/problem+json' };
}

/** If a connection with unread bytes is destroyed at once, it is reset, and the client may never see the response. */
const LINGER_MS: Millis = 500;

function endBare(socket: Duplex, status: number, headers: Readonly<Record<string, string>>): void {
  // A client that never closes its side, or never reads, would occupy the connection for ever.
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  cut.unref();
  socket.once('close', () => {
    clearTimeout(cut);
  });
  endWith(socket, status, headers, bareProblem(status));
}

/** Responds on a socket that Node's HTTP server has released, and closes it. */
export function endSocket(
  socket: Duplex,
  problem: Problem,
  { version, headers = {} }: { readonly version: string; readonly headers?: Readonly<Record<string, string>> },
): void {
  socket.once('finish', () => socket.destroy()); // nothing else will close it
  endWith(socket, problem.status, { ...headersOf(version), ...headers }, jsonText(problem));
}

function endWith(socket: Duplex, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...headLines(headers),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * Responds to requests that never reach the app, in the same form as all other errors; Node's own responses lack the
 * headers.
 */
export function answerBareErrors(server: Server, version: string): void {
  const headers = headersOf(version);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    endBare(socket, CLIENT_ERROR_STATUS[error.code ?? ''] ?? 400, headers);
  });
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    res.writeHead(417, headers);
    res.end(bareProblem(417));
  });
  // Node would close the connection without a response; this host is not a proxy.
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    endBare(socket, 405, { ...headers, Allow: 'GET, HEAD, POST, DELETE, OPTIONS' });
  });
}
