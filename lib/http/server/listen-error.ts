import { isIPv6 } from 'node:net';

/** Where the API is served. */
export type ListenPlace =
  /** A host is an address or name, IPv6 without brackets; port 0: any free one. */
  { readonly type: 'tcp'; readonly host: string; readonly port: number } | UnixPlace;

/** A socket in the file system; the path is absolute. */
export interface UnixPlace {
  readonly type: 'unix';
  readonly path: string;
}

/** The place cannot be listened on; `code` is the system's (`EADDRINUSE`, `EACCES`, ...). */
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
      return 'another program listens there; stop it, or give another port with --port (0 takes any free one)';
    case 'EACCES':
      return 'this user may not use that port; give one above 1023 with --port, or grant the permission to bind it';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this machine has no such address; give one of its own with --host';
    default:
      return 'the system does not allow it; give another address with --host and --port';
  }
}

function remedyForPath(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program answers there; stop it, or give another path with --listen';
    case 'EEXIST':
      return 'there is a file that is no socket; move it away, or give another path with --listen';
    case 'ENOENT':
      return 'its folder does not exist; make it, or give another path with --listen';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not make a file there; give another path with --listen';
    default:
      return 'the system refused it; give another path with --listen';
  }
}

/** The refusal of a place by the system, in words. */
export function listenError(place: ListenPlace, code: string, cause?: unknown): ListenError {
  const options = cause === undefined ? {} : { cause };
  if (place.type === 'unix') {
    return new ListenError(code, `Cannot listen on "${place.path}" (${code}): ${remedyForPath(code)}.`, options);
  }
  const { host, port } = place;
  const where = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new ListenError(code, `Cannot listen on ${where} (${code}): ${remedyForAddress(code)}.`, options);
}
