import type { IncomingMessage } from 'node:http';
import { RequestError } from '../problem.ts';

const HOST = /^(\[[0-9a-f:.]+\]|[^\s:@/[\]]+)(?::\d{1,5})?$/i;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** A name or address as in a Host header: lower case, IPv6 in brackets. */
export function hostName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes(':') && !lower.startsWith('[') ? `[${lower}]` : lower;
}

function localName(req: IncomingMessage): string | undefined {
  return req.socket.localAddress === undefined ? undefined : hostName(req.socket.localAddress.replace(/^::ffff:/i, ''));
}

/**
 * Whether the Host header of a request names this machine or an allowed name. Any port is accepted, because a forwarded
 * port differs from ours.
 */
export function servedHosts(allowedHosts: readonly string[]): (req: IncomingMessage) => boolean {
  const served = new Set([...LOOPBACK_NAMES, ...allowedHosts.map(hostName)]);
  return (req) => {
    const name = HOST.exec(req.headers.host ?? '')?.[1]?.toLowerCase();
    return name !== undefined && (served.has(name) || name === localName(req));
  };
}

/**
 * Rejects requests whose Host is not served (421), so that a foreign name that resolves to this address (DNS rebinding)
 * reaches nothing. On a Unix socket any name is accepted: no name resolves to it. The caller says whether it is a Unix
 * socket, because a connection that the client has closed has no addresses either.
 */
export function hostGuard(
  isServed: (req: IncomingMessage) => boolean,
  isUnixSocket = false,
): (req: IncomingMessage) => void {
  return (req) => {
    const { host } = req.headers;
    if (host === undefined) throw new RequestError('host_missing', 'The request has no Host header.');
    if (isUnixSocket || isServed(req)) return;
    throw new RequestError(
      'host_not_served',
      `The Host header "${host}" is not allowed. Start the host with --allowed-host to allow this name.`,
    );
  };
}
