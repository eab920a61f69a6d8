import { createServer as createPlainServer } from 'node:http';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIPv6 } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../ports/log.ts';
import { MAX_HEADER_BYTES } from '../access/request-limits.ts';
import { answerUpgrades, type UpgradeListener } from '../websocket-upgrades.ts';
import { answerBareErrors } from './bare-answers.ts';
import { limitConnections } from './connections.ts';
import { listenError, type ListenPlace } from './listen-error.ts';
import type { Certificate } from './tls-files.ts';
import { listenOnPath } from './unix-socket.ts';

/** Time limits for clients. */
export interface ClientTimeouts {
  /** For the first byte, and for all headers of a request. */
  readonly headersMs: number;
  /** For a whole request. Responses are not limited, because a stop may take minutes. */
  readonly requestMs: number;
  /** How often connections are checked against these limits. */
  readonly checkEveryMs: number;
}

const TIMEOUTS: ClientTimeouts = { headersMs: 10_000, requestMs: 30_000, checkEveryMs: 5_000 };
const HANDSHAKE_MS = 10_000;
/** Longer than the usual interval between two status polls, so that polling clients keep their connection. */
const KEEP_ALIVE_MS = 65_000;
const CLOSE_IDLE_EVERY_MS = 20;

/** Where to listen, and what is needed outside of the app. */
export interface ListenOptions {
  readonly place: ListenPlace;
  /** The certificate for TLS; default: plain HTTP. */
  readonly certificate?: Certificate | null;
  readonly version: string;
  readonly log: Log;
  readonly timeouts?: ClientTimeouts;
}

/** A listening API server. */
export interface Listening {
  readonly server: Server;
  /**
   * The base URL with the actual port; for an unspecified address (0.0.0.0, ::) with the loopback address. For a Unix
   * socket, `unix:` and its path.
   */
  readonly url: string;
  /** Stops accepting connections, lets open requests end within `graceMs`, then destroys their connections. */
  close(graceMs: number): Promise<void>;
}

function urlOf(server: Server, scheme: 'http' | 'https'): string {
  const bound = server.address() as AddressInfo | string; // not null: the server is listening
  if (typeof bound === 'string') return `unix:${bound}`;
  const { address, port } = bound;
  if (address === '0.0.0.0') return `${scheme}://127.0.0.1:${port}`;
  if (address === '::') return `${scheme}://[::1]:${port}`;
  return isIPv6(address) ? `${scheme}://[${address}]:${port}` : `${scheme}://${address}:${port}`;
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Node keeps a connection alive if its last request ends during the grace, so idle connections are closed here.
    const closeIdle = setInterval(() => {
      server.closeIdleConnections();
    }, CLOSE_IDLE_EVERY_MS);
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    // The only possible error, "not running", means that there is nothing left to close.
    server.close(() => {
      clearInterval(closeIdle);
      clearTimeout(cut);
      resolve();
    });
  });
}

function newServer(listener: RequestListener, { certificate = null, timeouts = TIMEOUTS, log }: ListenOptions): Server {
  const options: ServerOptions = {
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    connectionsCheckingInterval: timeouts.checkEveryMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The app itself rejects a missing Host, with the usual headers.
    requireHostHeader: false,
  };
  if (certificate === null) return createPlainServer(options, listener);
  const server = createTlsServer({ ...options, ...certificate.options, handshakeTimeout: HANDSHAKE_MS }, listener);
  certificate.serve(server);
  server.on('tlsClientError', (err) => {
    log.debug({ err }, 'a TLS handshake failed');
  });
  return server;
}

function listenOnAddress(server: Server, place: Extract<ListenPlace, { type: 'tcp' }>): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void => {
      reject(listenError(place, cause.code ?? 'UNKNOWN', cause));
    };
    server.once('error', refuse);
    server.listen(place.port, place.host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/** Serves `app` on an address or socket. Rejects with ListenError, whose message names it and a remedy. */
export async function listen(
  app: { callback(): RequestListener; upgrade(): UpgradeListener },
  options: ListenOptions,
): Promise<Listening> {
  const { place, version, log, certificate = null } = options;
  const server = newServer(app.callback(), options);
  limitConnections(server);
  // The parser silently drops headers beyond this number, perhaps one that a guard checks; the app counts and rejects
  // instead.
  server.maxHeadersCount = 0;
  answerBareErrors(server, version);
  answerUpgrades(server, app.upgrade());
  await (place.type === 'unix' ? listenOnPath(server, place) : listenOnAddress(server, place));
  // A connection that cannot be accepted (no file descriptors left) must not end the host.
  server.on('error', (err) => {
    log.error({ err }, 'cannot accept a connection');
  });
  return {
    server,
    url: urlOf(server, certificate === null ? 'http' : 'https'),
    close: (graceMs) => closeServer(server, graceMs),
  };
}
