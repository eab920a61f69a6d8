import type { IncomingMessage, Server } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Log } from '../ports/log.ts';
import { endSocket } from './server/bare-answers.ts';
import type { Admission } from './request-context.ts';
import type { Guards } from './access/guards.ts';
import { problemAnswer, rawPath, RequestError } from './problem.ts';

/**
 * Takes over the connection of a request as a WebSocket. `head`: the data after the request; `admission`: its rights.
 */
type Accept = (req: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission) => void;

/** The WebSocket endpoints, by path without a trailing slash. */
export type Upgrades = Readonly<Record<string, Accept>>;

/** Returns false if the request is not for a WebSocket endpoint; it is then handled without the upgrade. */
export type UpgradeListener = (req: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/** The dependencies of WebSocket upgrades. */
export interface UpgradeOptions {
  readonly guards: Guards;
  readonly upgrades: Upgrades;
  readonly version: string;
  readonly log: Log;
}

const VERSIONS: ReadonlySet<string> = new Set(['8', '13']);
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const WANTED = { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' } as const;

/** The error for a plain request to a WebSocket endpoint. */
export function upgradeRequired(path: string): RequestError {
  return new RequestError('upgrade_required', `"${path}" is a WebSocket endpoint. Connect with a WebSocket client.`, {
    headers: WANTED,
  });
}

/** The path as it is in the table. */
export function upgradePath(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** RFC 6455, 4.2.1. */
function checkHandshake({ method, headers }: IncomingMessage, path: string): void {
  if (method !== 'GET') {
    const message = `${method ?? 'This'} cannot open a WebSocket on "${path}"; use GET.`;
    throw new RequestError('method_not_allowed', message, { headers: { Allow: 'GET' } });
  }
  if (!VERSIONS.has(headers['sec-websocket-version'] ?? '')) throw upgradeRequired(path);
  if (KEY.test(headers['sec-websocket-key'] ?? '')) return;
  throw new RequestError('malformed_handshake', 'The Sec-WebSocket-Key is not 16 bytes in base64; generate a new one.');
}

/** Admits WebSockets under the same rules as plain requests; rejects others with a problem document. */
export function upgradeListener({ guards, upgrades, version, log }: UpgradeOptions): UpgradeListener {
  const enter = async (req: IncomingMessage): Promise<Admission> => {
    const verdict = await guards.upgrade(req);
    if (!verdict.isAllowed) throw verdict.refusal;
    checkHandshake(req, rawPath(req));
    return verdict.admission;
  };
  const refuse = (req: IncomingMessage, socket: Duplex, error: unknown): void => {
    const { problem, headers } = problemAnswer(error, rawPath(req));
    const fields = { path: rawPath(req), status: problem.status };
    if (problem.status < 500) log.debug(fields, 'a WebSocket was rejected');
    else log.error({ ...fields, err: error }, 'unexpected error while handling a WebSocket upgrade');
    endSocket(socket, problem, { version, headers });
  };
  return (req, socket, head) => {
    const accept = upgrades[upgradePath(rawPath(req))];
    if (accept === undefined || !isWebSocket(req)) return false;
    const onError = (): void => {
      socket.destroy();
    };
    socket.on('error', onError); // node has removed its own listener
    enter(req).then(
      (admission) => {
        socket.off('error', onError);
        accept(req, socket, head, admission);
      },
      (error: unknown) => {
        refuse(req, socket, error);
      },
    );
    return true;
  };
}

/**
 * Hands WebSocket requests to `listener`. Offers of other protocols, which some HTTP clients make with each first
 * request (`Upgrade: h2c`), are ignored (RFC 9110, 7.8). Node has stopped parsing such a connection, so it is handed to
 * the server again without the offer.
 */
export function answerUpgrades(server: Server, listener: UpgradeListener): void {
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (listener(req, socket, head)) return;
    socket.unshift(Buffer.concat([headWithoutOffer(req), head]));
    server.emit(server instanceof TlsServer ? 'secureConnection' : 'connection', socket);
  });
}

function headWithoutOffer({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const kept = keptHeader(name.toLowerCase(), value);
    if (kept !== null) lines.push(`${name}: ${kept}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'); // node has decoded it so
}

/** Null: the header was only about the offer. */
function keptHeader(name: string, value: string): string | null {
  if (name === 'upgrade' || name === 'http2-settings') return null;
  if (name !== 'connection') return value;
  const rest = value.split(',').filter((option) => !/^\s*(upgrade|http2-settings)\s*$/i.test(option));
  return rest.length === 0 ? null : rest.join(',').trim();
}
