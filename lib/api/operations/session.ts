import { z } from 'zod';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { sessionSchema } from '../schemas/session.ts';

const cookieHeader = (what: string) =>
  z.object({
    'Set-Cookie': z
      .string()
      .optional()
      .meta({ description: `${what}; none on a host without tokens.` }),
  });

/** The routes for signing in with a browser, which cannot send a token when it opens a page. */
export const SESSION_OPERATIONS = {
  getSession: {
    tag: 'Host',
    summary: 'How the caller is signed in, and what that allows.',
    answers: ok(sessionSchema),
  },
  signIn: {
    tag: 'Host',
    summary: 'Sign a browser in: sets a cookie that replaces the token that was sent.',
    description:
      'The cookie allows what its token allows and is valid as long as the token: across restarts of the host, until the token is ' +
      'removed from its file. It does not reveal the token, and only counts for requests from pages of this host and for pages ' +
      'that a user opens.',
    access: 'any_token',
    answers: { 204: { what: 'Signed in.', headers: cookieHeader('The cookie') } },
  },
  signOut: {
    tag: 'Host',
    summary: 'Sign a browser out.',
    access: 'any_token',
    answers: { 204: { what: 'Signed out.', headers: cookieHeader('Removes the cookie') } },
  },
  getSignInScript: {
    tag: 'Host',
    summary: 'The script of the sign-in page that browsers get with a 401.',
    access: 'open',
    answers: { 200: { what: 'The script.', content: { 'text/javascript': z.string() } } },
  },
  getSignInStyle: {
    tag: 'Host',
    summary: 'The style of the sign-in page that browsers get with a 401.',
    access: 'open',
    answers: { 200: { what: 'The style.', content: { 'text/css': z.string() } } },
  },
} as const satisfies Operations;
