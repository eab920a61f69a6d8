import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { NamedToken } from '../../model/values/token-list.ts';

/** What a credential permits. */
export type Scope = 'full' | 'read';

/** What is stored of a token: two values of equal length; the token cannot be derived from either. */
export interface KnownToken {
  readonly digest: Buffer;
  /** The value of the session cookie. */
  readonly session: Buffer;
  /** Who has it; null: nobody is named. */
  readonly name: string | null;
}

/** The tokens that are currently valid; if both scopes are null, everyone who can connect has full access. */
export interface Access {
  readonly full: (() => readonly KnownToken[]) | null;
  readonly readOnly: (() => readonly KnownToken[]) | null;
  /**
   * Calls the listener when tokens may have changed, until the returned function is called. Omitted: they never change.
   */
  watch?(listener: () => void): () => void;
}

/** The credential of a request, in a comparable form. */
export interface Credential {
  readonly type: 'digest' | 'session';
  readonly value: Buffer;
}

/** Separates this HMAC from any future use of the token, so that one value cannot stand in for another. */
const SESSION_PURPOSE = 'coredinator browser session 1';
const SESSION_BYTES = 32;
const BEARER = /^Bearer +(\S+) *$/i;

/** The stored form of a token. */
export function knownToken({ token, name }: NamedToken): KnownToken {
  return {
    digest: hash('sha256', token, 'buffer'),
    session: createHmac('sha256', token).update(SESSION_PURPOSE).digest(),
    name,
  };
}

/** The credential in an Authorization header; null: there is none. */
export function bearerCredential(authorization: string): Credential | null {
  const token = BEARER.exec(authorization)?.[1];
  return token === undefined ? null : { type: 'digest', value: hash('sha256', token, 'buffer') };
}

/**
 * The name of the session cookie. It includes the port because browsers send cookies to every port of a name, and two
 * hosts on one machine must not sign out each other's users.
 */
export function cookieName({ headers: { host = '' } }: Pick<IncomingMessage, 'headers'>): string {
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  return port === undefined ? 'coredinator_session' : `coredinator_session_${port}`;
}

/** The credential in the cookie of a request; null: there is none. */
export function cookieCredential(req: Pick<IncomingMessage, 'headers'>): Credential | null {
  const start = `${cookieName(req)}=`;
  const pair = (req.headers.cookie ?? '').split(';').find((one) => one.trim().startsWith(start));
  if (pair === undefined) return null;
  const value = Buffer.from(pair.trim().slice(start.length), 'base64url');
  // Values of another length cannot be compared; an impossible value of the right length replaces them.
  return { type: 'session', value: value.length === SESSION_BYTES ? value : Buffer.alloc(SESSION_BYTES) };
}

/** The token of a credential. Checks every token, so that the duration does not reveal a near match. */
function find({ type, value }: Credential, known: readonly KnownToken[]): KnownToken | null {
  let found: KnownToken | null = null;
  for (const token of known) if (timingSafeEqual(value, token[type])) found = token;
  return found;
}

/** A verified credential. */
export interface Proof {
  readonly scope: Scope;
  readonly token: KnownToken;
}

/** Verifies a credential. A token that is in both lists by mistake is read-only. */
export function proofOf(credential: Credential, { full, readOnly }: Access): Proof | null {
  const fullToken = find(credential, full?.() ?? []);
  const readToken = find(credential, readOnly?.() ?? []);
  if (readToken !== null) return { scope: 'read', token: readToken };
  return fullToken === null ? null : { scope: 'full', token: fullToken };
}
