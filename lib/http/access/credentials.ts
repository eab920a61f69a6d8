import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a credential is good for. */
export type Scope = 'full' | 'read';

/** What is kept of a token: two values of one length, of which neither says what the token is. */
export interface KnownToken {
  readonly digest: Buffer;
  /** What the cookie of a browser holds that has signed in with it. */
  readonly session: Buffer;
}

/** The tokens that open the API, as they hold at the moment; with neither scope, whoever can connect may do everything. */
export interface Access {
  readonly full: (() => readonly KnownToken[]) | null;
  readonly readOnly: (() => readonly KnownToken[]) | null;
  /** Tells the listener when tokens may have changed, until the function that it gives is called. Left out: they never do. */
  watch?(listener: () => void): () => void;
}

/** What a request shows, in a form that can be compared. */
export interface Credential {
  readonly type: keyof KnownToken;
  readonly value: Buffer;
}

/** Whatever else is made of a token one day has another purpose, so that one cannot stand for the other. */
const SESSION_PURPOSE = 'coredinator browser session 1';
const SESSION_BYTES = 32;
const BEARER = /^Bearer +(\S+) *$/i;

/** What is kept of a token. */
export function knownToken(token: string): KnownToken {
  return {
    digest: hash('sha256', token, 'buffer'),
    session: createHmac('sha256', token).update(SESSION_PURPOSE).digest(),
  };
}

/** The credential in an Authorization header; null: it holds none. */
export function bearerCredential(authorization: string): Credential | null {
  const token = BEARER.exec(authorization)?.[1];
  return token === undefined ? null : { type: 'digest', value: hash('sha256', token, 'buffer') };
}

/**
 * The name of the cookie: browsers send a cookie to every port of a name, and two hosts of one machine must not sign each other's
 * users out.
 */
export function cookieName({ headers: { host = '' } }: Pick<IncomingMessage, 'headers'>): string {
  const port = /:(\d{1,5})$/.exec(host)?.[1];
  return port === undefined ? 'coredinator_session' : `coredinator_session_${port}`;
}

/** The credential in the cookie of a request; null: it has none. */
export function cookieCredential(req: Pick<IncomingMessage, 'headers'>): Credential | null {
  const start = `${cookieName(req)}=`;
  const pair = (req.headers.cookie ?? '').split(';').find((one) => one.trim().startsWith(start));
  if (pair === undefined) return null;
  const value = Buffer.from(pair.trim().slice(start.length), 'base64url');
  // Another length cannot be compared; a value that nobody has stands for it.
  return { type: 'session', value: value.length === SESSION_BYTES ? value : Buffer.alloc(SESSION_BYTES) };
}

/** The token that a credential belongs to. Looks at every token, so that the time says nothing about which one came near. */
function find({ type, value }: Credential, known: readonly KnownToken[]): KnownToken | null {
  let found: KnownToken | null = null;
  for (const token of known) if (timingSafeEqual(value, token[type])) found = token;
  return found;
}

/** What a credential proves. */
export interface Proof {
  readonly scope: Scope;
  readonly token: KnownToken;
}

/** What a credential is good for; one whose token stands in both lists by mistake is good for less. */
export function proofOf(credential: Credential, { full, readOnly }: Access): Proof | null {
  const fullToken = find(credential, full?.() ?? []);
  const readToken = find(credential, readOnly?.() ?? []);
  if (readToken !== null) return { scope: 'read', token: readToken };
  return fullToken === null ? null : { scope: 'full', token: fullToken };
}
