import { isIPv6 } from 'node:net';

/** Where the API is served. */
export type ListenPlace =
  /** The host is an address or name, IPv6 without brackets; port 0: any free one. */
  { readonly type: 'tcp'; readonly host: string; readonly port: number } | UnixPlace;

/** A socket in the file system; the path is absolute. */
export interface UnixPlace {
  readonly type: 'unix';
  readonly path: string;
}

/** The address cannot be used; `code` is the system's (`EADDRINUSE`, `EACCES`, ...). */
export class ListenError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ListenError';
    this.code = code;
  }
}

function remedyForAddress(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program uses this port; stop it, or choose another port with --port (0: any free port)';
    case 'EACCES':
      return 'this user may not use that port; choose one above 1023 with --port, or grant the permission to bind it';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this machine has no such address; choose one of its addresses with --host';
    default:
      return 'the system rejected it; choose another address with --host and --port';
  }
}

function remedyForPath(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program uses this socket; stop it, or choose another path with --listen';
    case 'EEXIST':
      return 'a file that is not a socket exists there; move it away, or choose another path with --listen';
    case 'ENOENT':
      return 'its folder does not exist; create it, or choose another path with --listen';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not create files there; choose another path with --listen';
    default:
      return 'the system rejected it; choose another path with --listen';
  }
}

/** Describes the system's refusal to listen. */
export function listenError(place: ListenPlace, code: string, cause?: unknown): ListenError {
  const options = cause === undefined ? {} : { cause };
  if (place.type === 'unix') {
    return new ListenError(code, `Cannot listen on "${place.path}" (${code}): ${remedyForPath(code)}.`, options);
  }
  const { host, port } = place;
  const where = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new ListenError(code, `Cannot listen on ${where} (${code}): ${remedyForAddress(code)}.`, options);
}
