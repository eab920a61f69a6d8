import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RequestError } from './problem.ts';

/** The tokens that open the API; with neither, whoever can connect may do everything. */
export interface Access {
  readonly full: string | null;
  readonly readOnly: string | null;
}

const BEARER = /^Bearer +(\S+) *$/i;
const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/livez/', '/api/healthcheck', '/api/healthcheck/']);
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method changes nothing. */
export function isReading(method: string | undefined): boolean {
  return method !== undefined && READING.has(method);
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

function refuse(detail: string, parameters: string): never {
  const headers = { 'WWW-Authenticate': `Bearer realm="coredinator"${parameters}` };
  throw new RequestError('token_required', detail, { headers });
}

/** Refuses requests without a fitting token: 401 without one, 403 for a command with the read-only one. */
export function tokenGuard({ full, readOnly }: Access): (req: IncomingMessage, path: string) => void {
  if (full === null && readOnly === null) return () => undefined;
  const fullDigest = full === null ? null : digestOf(full);
  const readDigest = readOnly === null ? null : digestOf(readOnly);
  return (req, path) => {
    if (OPEN_PATHS.has(path)) return;
    const token = BEARER.exec(req.headers.authorization ?? '')?.[1];
    if (token === undefined) refuse('This host wants a token: send "Authorization: Bearer <token>".', '');
    // Digests have one length, so that the comparison takes the same time whatever was sent.
    const digest = digestOf(token);
    if (fullDigest !== null && timingSafeEqual(digest, fullDigest)) return;
    if (readDigest === null || !timingSafeEqual(digest, readDigest)) {
      refuse('This host does not know the token that was sent.', ', error="invalid_token"');
    }
    if (isReading(req.method)) return;
    throw new RequestError('token_read_only', `The token that was sent allows no ${req.method ?? 'such'} request.`, {
      headers: { 'WWW-Authenticate': 'Bearer realm="coredinator", error="insufficient_scope"' },
    });
  };
}
