import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Operation } from '../api/operation.ts';
import { OPERATIONS } from '../api/operations.ts';
import { PLACES, type OperationId } from '../api/paths.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { RequestError } from './problem.ts';

/** SHA-256 of each token of a scope. */
export type Digests = readonly Buffer[];

/** The tokens that open the API, as they hold at the moment; with neither scope, whoever can connect may do everything. */
export interface Access {
  readonly full: (() => Digests) | null;
  readonly readOnly: (() => Digests) | null;
}

const BEARER = /^Bearer +(\S+) *$/i;
const OPEN_PATHS: ReadonlySet<string> = new Set(openPaths());
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Those of the operations that need no token, in both forms that the host takes. */
function openPaths(): readonly string[] {
  const ids = Object.keys(OPERATIONS) as OperationId[]; // Object.keys forgets the type of the keys
  const open = ids.filter((id) => (OPERATIONS[id] as Operation).access === 'open');
  return open.flatMap((id) => PLACES[id].slice(1).flatMap((path) => [path, `${path}/`]));
}

/** Whether a method changes nothing. */
export function isReading(method: string | undefined): boolean {
  return method !== undefined && READING.has(method);
}

function challenge(parameters: string): Readonly<Record<string, string>> {
  return { 'WWW-Authenticate': `Bearer realm="coredinator"${parameters}` };
}

/** Looks at every token, so that the time says nothing about which one came near. */
function isAmong(digest: Buffer, known: Digests): boolean {
  let isFound = false;
  for (const one of known) if (timingSafeEqual(digest, one)) isFound = true;
  return isFound;
}

/** What a token is good for; one that stands in both lists by mistake is good for less. */
function scopeOf(token: string, { full, readOnly }: Access): 'full' | 'read' | null {
  const digest = hash('sha256', token, 'buffer');
  const isFull = isAmong(digest, full?.() ?? []);
  const isRead = isAmong(digest, readOnly?.() ?? []);
  if (isRead) return 'read';
  return isFull ? 'full' : null;
}

/** A header that is no bearer token counts like a wrong one: both are attempts. */
async function refuseAttempt(req: IncomingMessage, isBearer: boolean, attempts: FailedAttempts): Promise<never> {
  const waitS = await attempts.note(req.socket.remoteAddress);
  const headers = challenge(isBearer ? ', error="invalid_token"' : '');
  if (waitS > 0) {
    const detail = `Too many wrong tokens came from this address; send the right one, or wait ${waitS} s before the next attempt.`;
    throw new RequestError('too_many_attempts', detail, { headers: { ...headers, 'Retry-After': String(waitS) } });
  }
  const detail = isBearer
    ? 'This host does not know the token that was sent.'
    : 'The Authorization header holds no token; send "Authorization: Bearer <token>".';
  throw new RequestError('token_required', detail, { headers });
}

/**
 * Refuses requests without a fitting token: 401 without one, 403 for a command with a read-only one, and 429 for a wrong one
 * after too many of them. A right token is never refused for what else came from its address.
 */
export function tokenGuard(
  access: Access,
  attempts: FailedAttempts,
): (req: IncomingMessage, path: string) => Promise<void> {
  const isGuarded = access.full !== null || access.readOnly !== null;
  return async (req, path) => {
    if (!isGuarded || OPEN_PATHS.has(path)) return;
    const { authorization } = req.headers;
    if (authorization === undefined) {
      const detail = 'This host wants a token: send "Authorization: Bearer <token>".';
      throw new RequestError('token_required', detail, { headers: challenge('') });
    }
    const token = BEARER.exec(authorization)?.[1];
    const scope = token === undefined ? null : scopeOf(token, access);
    if (scope === null) return refuseAttempt(req, token !== undefined, attempts);
    if (scope === 'full' || isReading(req.method)) return;
    throw new RequestError('token_read_only', `The token that was sent allows no ${req.method ?? 'such'} request.`, {
      headers: challenge(', error="insufficient_scope"'),
    });
  };
}
