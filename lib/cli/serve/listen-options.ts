import { resolve } from 'node:path';
import type { ListenPlace } from '../../http/server/listen-error.ts';
import type { TlsFiles } from '../../http/server/tls-files.ts';
import type { RawOption, RawOptions } from './flags.ts';
import { existingFile, OptionError, portNumber } from './option-values.ts';

/** The maximum length of a Unix socket address, in bytes without the terminating NUL. */
const PATH_MAX = process.platform === 'linux' ? 107 : 103;

function unixPath({ values: [text], source }: RawOption): string {
  const path = /^unix:(.+)$/.exec(text)?.[1];
  if (path === undefined) {
    throw new OptionError(
      `${source}: "${text}" is not a Unix socket; use unix:PATH, or an address with --host and --port.`,
    );
  }
  const absolute = resolve(path);
  const length = Buffer.byteLength(absolute);
  if (length > PATH_MAX) {
    throw new OptionError(
      `${source}: "${absolute}" has ${length} bytes, but a socket path may have at most ${PATH_MAX}. Use a shorter path.`,
    );
  }
  return absolute;
}

/** Where to listen: on a Unix socket or an address; both together are an error. Throws OptionError. */
export function listenPlace({ listen, host, port, tlsCert, tlsKey }: RawOptions): ListenPlace {
  if (listen === undefined) {
    const name = (host?.values[0] ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
    return { type: 'tcp', host: name, port: port === undefined ? 8000 : portNumber(port) };
  }
  for (const other of [host, port, tlsCert, tlsKey]) {
    if (other === undefined) continue;
    throw new OptionError(`${listen.source}: cannot be combined with ${other.source}; remove one of the two.`);
  }
  return { type: 'unix', path: unixPath(listen) };
}

/** Certificate and key, which are only valid together. Throws OptionError. */
export function tlsFiles({ tlsCert, tlsKey }: RawOptions): TlsFiles | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) {
    const [given, missing] = tlsKey === undefined ? [tlsCert, '--tls-key'] : [tlsKey, '--tls-cert'];
    throw new OptionError(`${given?.source ?? ''}: TLS requires a certificate and its key; add ${missing}.`);
  }
  return { cert: existingFile(tlsCert), key: existingFile(tlsKey) };
}
