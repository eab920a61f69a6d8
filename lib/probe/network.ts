import { isIPv6 } from 'node:net';
import { LOOPBACK, type Launch } from '../model/process.ts';

/** Hosts that stand for the service itself, wherever it runs. */
const ITSELF: ReadonlySet<string> = new Set([LOOPBACK, 'localhost', '::1']);

/** The host to ask for a check: where the launch can be reached, if it runs elsewhere and the check is of the service itself. */
export function hostOf(host: string, { address }: Pick<Launch, 'address'>): string {
  return address !== LOOPBACK && ITSELF.has(host) ? address : host;
}

/** An address as in a URL: `127.0.0.1:7101`, `[::1]:7101`. */
export function addressOf(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Why the request `what` to an address failed, as a sentence. */
export function networkReason(what: string, address: string, error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing is listening on ${address} (ECONNREFUSED)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${address} cannot be resolved (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${what}: the connection was closed without a response (${code})`;
    default:
      // Node's messages quote the address or the error in the response, never what was sent.
      return code.startsWith('HPE_')
        ? `${what} gave a response that is not HTTP (${code})`
        : `${what}: ${message || code}`;
  }
}
