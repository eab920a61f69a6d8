import type { IncomingMessage } from 'node:http';
import type { Operation } from '../../api/operation.ts';
import { OPERATIONS } from '../../api/operations.ts';
import { ENDPOINTS, type OperationId } from '../../api/paths.ts';
import { RequestError } from '../problem.ts';
import type { Admission } from '../request-context.ts';
import { bearerCredential, cookieCredential, cookieName, proofOf } from './credentials.ts';
import type { Access, Credential } from './credentials.ts';
import type { FailedAttempts } from './failed-attempts.ts';

/** For hosts without tokens and for paths open to everybody. */
const UNRESTRICTED: Admission = {
  scope: 'full',
  by: null,
  name: null,
  session: null,
  isValid: () => true,
  watch: () => () => undefined,
};

const OPEN_PATHS = pathsOf('open');
/** Commands that any token may give. */
const ANY_TOKEN_PATHS = pathsOf('any_token');
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The paths of the operations with this access, with and without a trailing slash. */
function pathsOf(access: Operation['access']): ReadonlySet<string> {
  const ids = Object.keys(OPERATIONS) as OperationId[]; // Object.keys loses the key type
  const those = ids.filter((id) => (OPERATIONS[id] as Operation).access === access);
  return new Set(those.flatMap((id) => ENDPOINTS[id].slice(1).flatMap((path) => [path, `${path}/`])));
}

/** Whether a method changes nothing. */
export function isReading(method: string | undefined): boolean {
  return method !== undefined && READING.has(method);
}

function challenge(parameters: string): Readonly<Record<string, string>> {
  return { 'WWW-Authenticate': `Bearer realm="coredinator"${parameters}` };
}

/** What a browser gets whose session is not accepted. */
export const SESSION_ENDED = 'Your token is no longer valid. Sign in again.';

/** The session cookie of a browser that signs in; null: it signs out. */
export function sessionCookie(req: IncomingMessage, session: Buffer | null): string {
  // Behind a proxy that terminates TLS, only the page's origin shows it.
  const isTls = 'encrypted' in req.socket || req.headers.origin?.startsWith('https:') === true;
  const value = session === null ? '; Max-Age=0' : session.toString('base64url');
  return `${cookieName(req)}=${value}; Path=/; HttpOnly; SameSite=Strict${isTls ? '; Secure' : ''}`;
}

/**
 * The credential of a request. A cookie counts only if the browser says that one of our pages sends it, or if the user
 * opens a page.
 */
function credentialOf(req: IncomingMessage, isOwnPage: (req: IncomingMessage) => boolean): Credential | null {
  const { authorization, origin, upgrade } = req.headers;
  if (authorization !== undefined) return bearerCredential(authorization);
  if (origin !== undefined && !isOwnPage(req)) return null;
  const site = req.headers['sec-fetch-site'];
  // A WebSocket can send commands although it begins with a GET.
  const mayBeUser = isReading(req.method) && upgrade === undefined;
  // Over plain HTTP from another machine, browsers do not send Sec-Fetch-Site; then the Origin and SameSite decide.
  const isOurs = site === undefined ? mayBeUser || origin !== undefined : site === 'same-origin';
  return isOurs || (mayBeUser && site === 'none') ? cookieCredential(req) : null;
}

/** A header that is not a bearer token counts like a wrong token: both are attempts. */
async function refuseAttempt(
  req: IncomingMessage,
  credential: Credential | null,
  attempts: FailedAttempts,
): Promise<never> {
  const waitS = await attempts.note(req.socket.remoteAddress);
  const headers = {
    ...challenge(credential === null ? '' : ', error="invalid_token"'),
    // Otherwise the browser would keep sending it.
    ...(credential?.type === 'session' ? { 'Set-Cookie': sessionCookie(req, null) } : {}),
  };
  if (waitS > 0) {
    const detail = `Too many wrong tokens from this address. Send a valid token, or retry in ${waitS} s.`;
    throw new RequestError('too_many_attempts', detail, { headers: { ...headers, 'Retry-After': String(waitS) } });
  }
  if (credential?.type === 'session') {
    throw new RequestError('token_required', SESSION_ENDED, { headers });
  }
  const detail =
    credential === null
      ? 'The Authorization header has no bearer token. Send "Authorization: Bearer <token>".'
      : 'The token is not valid for this host. Check it and try again.';
  throw new RequestError('token_required', detail, { headers });
}

/**
 * Rejects requests without a valid token or session cookie: 401 without one, 403 for a command with a read-only token,
 * and 429 for a wrong token after too many of them. A valid token is never rejected because of other requests from its
 * address. Only a wrong one makes the request wait.
 */
export function tokenGuard(
  access: Access,
  attempts: FailedAttempts,
  isOwnPage: (req: IncomingMessage) => boolean,
): (req: IncomingMessage, path: string) => Admission | Promise<never> {
  const isGuarded = access.full !== null || access.readOnly !== null;
  return (req, path) => {
    if (!isGuarded || OPEN_PATHS.has(path)) return UNRESTRICTED;
    const credential = credentialOf(req, isOwnPage);
    if (credential === null && req.headers.authorization === undefined) {
      const detail = 'This host requires a token. Send "Authorization: Bearer <token>".';
      throw new RequestError('token_required', detail, { headers: challenge('') });
    }
    const proof = credential === null ? null : proofOf(credential, access);
    if (credential === null || proof === null) return refuseAttempt(req, credential, attempts);
    if (proof.scope === 'read' && !isReading(req.method) && !ANY_TOKEN_PATHS.has(path)) {
      throw new RequestError(
        'token_read_only',
        `The token is read-only and does not allow ${req.method ?? 'such'} requests. Use a token with full access.`,
        {
          headers: challenge(', error="insufficient_scope"'),
        },
      );
    }
    return {
      scope: proof.scope,
      by: credential.type === 'session' ? 'cookie' : 'token',
      name: proof.token.name,
      session: proof.token.session,
      isValid: () => proofOf(credential, access) !== null,
      watch: (listener) => access.watch?.(listener) ?? (() => undefined),
    };
  };
}
