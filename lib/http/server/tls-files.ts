import type { Server as TlsServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Log } from '../../ports/log.ts';
import { FromFiles } from './from-files.ts';

/** Certificate (with its chain) and key, PEM; the paths are absolute. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** TLS cannot be served as configured; the message names the files. */
export class TlsError extends Error {
  constructor({ cert, key }: TlsFiles, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Cannot serve TLS with --tls-cert "${cert}" and --tls-key "${key}" (${reason}). Provide a certificate and its key as PEM files.`,
      { cause },
    );
    this.name = 'TlsError';
  }
}

/** The certificate of a server. */
export interface Certificate {
  /** The options to create the server with. */
  readonly options: SecureContextOptions;
  /** From now on the server's certificate follows the files. */
  serve(server: TlsServer): void;
  /** Checks the files now. */
  reread(): void;
  /** What is wrong with the files, as a sentence without their paths. */
  problem(): string | null;
}

/** A pair that does not match, or is not PEM, fails here and not at the first handshake. */
function contextOf([cert, key]: readonly Buffer[]): SecureContextOptions {
  const options = { cert, key, minVersion: 'TLSv1.2' } as const;
  createSecureContext(options);
  return options;
}

/** Reads certificate and key; they are checked again on new connections. Throws TlsError. */
export function readCertificate(files: TlsFiles, log: Log, now?: () => number): Certificate {
  const pair = pairOf(files, log, now);
  let server: TlsServer | null = null;
  let served = pair.current();
  const renew = (): void => {
    const options = pair.current();
    if (options === served) return;
    served = options;
    server?.setSecureContext(options);
  };
  return {
    options: served,
    serve: (given) => {
      server = given;
      // Before the handshake, so that the connection that detects a new certificate already gets it.
      server.prependListener('connection', renew);
    },
    reread: () => {
      pair.reread();
      renew();
    },
    problem: () => pair.problem(),
  };
}

function pairOf(files: TlsFiles, log: Log, now: (() => number) | undefined): FromFiles<SecureContextOptions> {
  try {
    return new FromFiles({
      files: [files.cert, files.key],
      secret: [files.key],
      what: 'The TLS certificate or its key',
      parse: contextOf,
      log,
      ...(now === undefined ? {} : { now }),
    });
  } catch (error) {
    throw new TlsError(files, error);
  }
}
