import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { UNIX_SOCKET, type CommandSource } from '../../model/command-source.ts';
import type { Admission } from '../request-context.ts';

/** The client's end of a TCP connection, and the port of the host's end. */
export interface PeerAddress {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  readonly hostPort: number;
}

/** Knows the users of programs on this machine. */
export interface PeerUsers {
  /**
   * The name of the user whose program opened a loopback connection (its number if it has no name); null: it is not from
   * this machine, or the kernel does not tell. At once: a command must not be overtaken by a later one. Never throws.
   */
  userOf(peer: PeerAddress): string | null;
}

/** Knows nobody. */
export const NO_PEER_USERS: PeerUsers = { userOf: () => null };

/** The product of a User-Agent, as in `curl/8.5.0`. */
const PRODUCT = /^([A-Za-z0-9][A-Za-z0-9._-]{0,39})(?:[/ ]|$)/;
/** The products of this package. */
const OWN_PRODUCTS: ReadonlyMap<string, string> = new Map([
  ['coredinator-cli', 'cli'],
  ['coredinator-client', 'client'],
]);

/** Determines who gives a command. */
export class CommandSources {
  readonly #peerUsers: PeerUsers;
  readonly #isOwnPage: (req: IncomingMessage) => boolean;
  /** The users of connections that were looked up. */
  readonly #users = new WeakMap<Socket, string | null>();

  constructor(peerUsers: PeerUsers, isOwnPage: (req: IncomingMessage) => boolean) {
    this.#peerUsers = peerUsers;
    this.#isOwnPage = isOwnPage;
  }

  of(req: IncomingMessage, admission: Admission | undefined): CommandSource {
    const { socket } = req;
    const address = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null;
    const actor = admission?.name ?? (address === null ? UNIX_SOCKET : this.#userOf(socket));
    return { actor, address, tool: this.#toolOf(req) };
  }

  /** Looked up once per connection. */
  #userOf(socket: Socket): string | null {
    const known = this.#users.get(socket);
    if (known !== undefined) return known;
    const { remoteAddress = '', remotePort = 0, localPort = 0 } = socket;
    const user = this.#peerUsers.userOf({ address: remoteAddress, port: remotePort, hostPort: localPort });
    this.#users.set(socket, user);
    return user;
  }

  #toolOf(req: IncomingMessage): string | null {
    if (this.#isOwnPage(req)) return 'page';
    const product = PRODUCT.exec(req.headers['user-agent'] ?? '')?.[1] ?? null;
    return product === null ? null : (OWN_PRODUCTS.get(product) ?? product);
  }
}
