import { isIPv6 } from 'node:net';

/** An address as a URL has it: `127.0.0.1:7101`, `[::1]:7101`. */
export function addressOf(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Why an address could not be asked, in words; `what` is the question. */
export function networkReason(what: string, address: string, error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens on ${address} (ECONNREFUSED)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host of ${address} is not known (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${what}: the connection was closed without an answer (${code})`;
    default:
      // Node's messages name the address or the flaw in the answer, never what was sent.
      return code.startsWith('HPE_')
        ? `${what} gave an answer that is not HTTP (${code})`
        : `${what}: ${message || code}`;
  }
}
