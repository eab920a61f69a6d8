/** The actor of a command that came through the Unix socket: its file mode admits people, the host cannot tell them apart. */
export const UNIX_SOCKET = 'socket';

/** Who gave a command, from where and with which program. */
export interface CommandSource {
  /**
   * The name of the token; without a named token the user of a loopback connection, or `socket` for a Unix socket. Null:
   * unknown.
   */
  readonly actor: string | null;
  /** The IP address of the client; null for a Unix socket. */
  readonly address: string | null;
  /**
   * `cli`, `page`, `client` (the client of this package), or the product that the User-Agent names, such as `curl`. Null:
   * unknown.
   */
  readonly tool: string | null;
}
