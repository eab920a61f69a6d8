import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../api/schemas/problem.ts';
import type { Millis } from '../../model/values/time.ts';
import { headLines, SECURITY_HEADERS } from '../security-headers.ts';

/** What node's parser and clock have against a request; anything else is a 400. */
const CLIENT_ERROR_STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function bareProblem(status: number): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status });
}

function headersOf(version: string): Readonly<Record<string, string>> {
  return { ...SECURITY_HEADERS, 'X-CoreRL-Version': version, 'Content-Type': 'application/problem+json' };
}

/** Destroyed at once, a connection with unread bytes is reset, and the client may never see the answer. */
const LINGER_MS: Millis = 500;

function endBare(socket: Duplex, status: number, headers: Readonly<Record<string, string>>): void {
  // A client that never closes its side, or reads nothing, would keep its place for ever.
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  cut.unref();
  socket.once('close', () => {
    clearTimeout(cut);
  });
  endWith(socket, status, headers, bareProblem(status));
}

/** Answers on a connection that node's HTTP has let go of, and closes it. */
export function endSocket(
  socket: Duplex,
  problem: Problem,
  { version, headers = {} }: { readonly version: string; readonly headers?: Readonly<Record<string, string>> },
): void {
  socket.once('finish', () => socket.destroy()); // nobody else looks after it any more
  endWith(socket, problem.status, { ...headersOf(version), ...headers }, JSON.stringify(problem));
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

/** Answers what never gets to the app, in the form of every other answer; node's own answers would lack the headers. */
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
  // Node would cut the connection without a word: this is no proxy.
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    endBare(socket, 405, { ...headers, Allow: 'GET, HEAD, POST, DELETE, OPTIONS' });
  });
}
