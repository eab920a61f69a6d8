import { isIPv6 } from 'node:net';
import { LOOPBACK, type Launch } from '../model/process.ts';
import type { Outcome } from './check.ts';

/** Hosts that stand for the service itself, wherever it runs. */
const ITSELF: ReadonlySet<string> = new Set([LOOPBACK, 'localhost', '::1']);

/** The host to ask for a check: where the launch can be reached, if it runs elsewhere and the check is of the service itself. */
export function hostOf(host: string, { address }: Pick<Launch, 'address'>): string {
  return address !== LOOPBACK && ITSELF.has(host) ? address : host;
}

/** How no connection comes about if the other machine cannot be reached; one that can refuses it. */
const CUT: ReadonlySet<string | undefined> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);

/**
 * What checks know of the way to their service. On this machine there is always one. A service on another machine that was
 * reached before, and to which no connection comes about now, may be as well as ever: its link may be cut, which the cluster
 * reports only after a while. Of a process that hangs the machine still accepts connections.
 */
export class Way {
  readonly #isElsewhere: boolean;
  #wasReached = false;

  constructor(isElsewhere: boolean) {
    this.#isElsewhere = isElsewhere;
  }

  /** A connection has come about. */
  reached(): void {
    this.#wasReached = true;
  }

  /** What a check says that got no connection in time: null if it says nothing. */
  withoutConnection(outcome: Outcome): Outcome | null {
    return this.#isElsewhere && this.#wasReached ? null : outcome;
  }

  /** The same for a check that failed with this error. */
  after({ code }: NodeJS.ErrnoException, outcome: Outcome): Outcome | null {
    return CUT.has(code) ? this.withoutConnection(outcome) : outcome;
  }
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
