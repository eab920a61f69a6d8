import { BlockList, isIPv6, type Server, type Socket } from 'node:net';

/** Limits for open connections. */
export interface ConnectionLimits {
  /** In total. */
  readonly total: number;
  /** Reserved for loopback and Unix sockets, no matter how many connections come from the network. */
  readonly reservedForLocal: number;
  /** Per IPv4 address or IPv6 /64 of the network. */
  readonly perAddress: number;
}

/**
 * A flood of connections must not use up the descriptors that launches and the store need, nor lock out an operator on
 * this machine.
 */
const CONNECTION_LIMITS: ConnectionLimits = { total: 1_000, reservedForLocal: 100, perAddress: 500 };

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** The key under which connections from an address are counted; null: from this machine. */
function originOf(address: string | undefined): string | null {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '');
  if (plain === undefined) return null;
  if (LOOPBACK.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')) return null;
  return isIPv6(plain) ? networkOf(plain) : plain;
}

/** The first 64 bits of an address in the system's format, with the longest run of zeros as `::`. */
function networkOf(address: string): string {
  const [before = '', after = ''] = address.split('::');
  const [head, tail] = [before, after].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Math.max(0, 8 - (head?.length ?? 0) - (tail?.length ?? 0));
  return [...(head ?? []), ...Array<string>(zeros).fill('0'), ...(tail ?? [])].slice(0, 4).join(':');
}

/** Counts open connections by origin. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #counts = new Map<string | null, number>();
  #fromNetwork = 0;

  constructor(limits: ConnectionLimits = CONNECTION_LIMITS) {
    this.#limits = limits;
  }

  /** Admits a connection and returns the function to call when it closes; null: a limit is reached. */
  admit(address: string | undefined): (() => void) | null {
    const { total, reservedForLocal, perAddress } = this.#limits;
    const origin = originOf(address);
    const count = this.#counts.get(origin) ?? 0;
    if (origin !== null && (count >= perAddress || this.#fromNetwork >= total - reservedForLocal)) return null;
    this.#add(origin, 1);
    return () => {
      this.#add(origin, -1);
    };
  }

  #add(origin: string | null, change: 1 | -1): void {
    const count = (this.#counts.get(origin) ?? 0) + change;
    if (count === 0) this.#counts.delete(origin);
    else this.#counts.set(origin, count);
    if (origin !== null) this.#fromNetwork += change;
  }
}

/** Destroys connections beyond the limits immediately. */
export function limitConnections(server: Server): void {
  server.maxConnections = CONNECTION_LIMITS.total;
  const connections = new Connections();
  server.on('connection', (socket: Socket) => {
    const leave = connections.admit(socket.remoteAddress);
    if (leave === null) socket.destroy();
    else socket.once('close', leave);
  });
}
