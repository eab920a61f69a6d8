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

/** How long clients may take. */
export interface Patience {
  /** For the first byte, and for the whole head of a request. */
  readonly headersMs: number;
  /** For a whole request; how long an answer takes is not limited, since a stop may take minutes. */
  readonly requestMs: number;
  /** How often connections are looked at for that. */
  readonly checkEveryMs: number;
}

const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, checkEveryMs: 5_000 };
const HANDSHAKE_MS = 10_000;
/** Longer than the pause between two polls of a status, so that polling clients keep their connection. */
const KEEP_ALIVE_MS = 65_000;
const CLOSE_IDLE_EVERY_MS = 20;

/** Where to listen, and what answers and records need that are made outside of the app. */
export interface ListenOptions {
  readonly place: ListenPlace;
  /** Serves TLS; default: plain HTTP. */
  readonly certificate?: Certificate | null;
  readonly version: string;
  readonly log: Log;
  readonly patience?: Patience;
}

/** An API that listens. */
export interface Listening {
  readonly server: Server;
  /**
   * The base URL with the real port; for an unspecified address (0.0.0.0, ::) that of the loopback. For a Unix socket `unix:` and
   * its path.
   */
  readonly url: string;
  /** Takes no more connections, lets requests under way end within `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

function urlOf(server: Server, scheme: 'http' | 'https'): string {
  const bound = server.address() as AddressInfo | string; // a server that listens has one
  if (typeof bound === 'string') return `unix:${bound}`;
  const { address, port } = bound;
  if (address === '0.0.0.0') return `${scheme}://127.0.0.1:${port}`;
  if (address === '::') return `${scheme}://[::1]:${port}`;
  return isIPv6(address) ? `${scheme}://[${address}]:${port}` : `${scheme}://${address}:${port}`;
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection whose last request ends during the grace is kept alive by node: it has to be looked for.
    const closeIdle = setInterval(() => {
      server.closeIdleConnections();
    }, CLOSE_IDLE_EVERY_MS);
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    // Its only error, "not running", means that there is nothing left to close.
    server.close(() => {
      clearInterval(closeIdle);
      clearTimeout(cut);
      resolve();
    });
  });
}

function newServer(listener: RequestListener, { certificate = null, patience = PATIENCE, log }: ListenOptions): Server {
  const options: ServerOptions = {
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    connectionsCheckingInterval: patience.checkEveryMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // The app refuses a missing Host itself, with the headers of every other answer.
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

/** Serves `app` at a place. Rejects with ListenError, whose message names the place and what to do. */
export async function listen(
  app: { callback(): RequestListener; upgrade(): UpgradeListener },
  options: ListenOptions,
): Promise<Listening> {
  const { place, version, log, certificate = null } = options;
  const server = newServer(app.callback(), options);
  limitConnections(server);
  // The parser drops headers over this number silently, one that a guard looks at perhaps; the app counts and refuses.
  server.maxHeadersCount = 0;
  answerBareErrors(server, version);
  answerUpgrades(server, app.upgrade());
  await (place.type === 'unix' ? listenOnPath(server, place) : listenOnAddress(server, place));
  // A connection that cannot be accepted (no descriptors left) must not take the host down.
  server.on('error', (err) => {
    log.error({ err }, 'a connection could not be accepted');
  });
  return {
    server,
    url: urlOf(server, certificate === null ? 'http' : 'https'),
    close: (graceMs) => closeServer(server, graceMs),
  };
}
