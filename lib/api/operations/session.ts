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

/** The routes by which browsers sign in, which cannot send a token when they open a page. */
export const SESSION_OPERATIONS = {
  getSession: {
    tag: 'Host',
    summary: 'How whoever asks is signed in, and what that allows.',
    answers: ok(sessionSchema),
  },
  signIn: {
    tag: 'Host',
    summary: 'Sign a browser in: answers with a cookie that stands for the token that was sent.',
    description:
      'The cookie lets in what its token lets in, and holds as long as that: over restarts of the host, until the token is taken ' +
      'out of its file. It does not say what the token is, and counts only for requests of pages of this host and for what a person ' +
      'opens.',
    access: 'any_token',
    answers: { 204: { what: 'Signed in.', headers: cookieHeader('The cookie') } },
  },
  signOut: {
    tag: 'Host',
    summary: 'Sign a browser out.',
    access: 'any_token',
    answers: { 204: { what: 'Signed out.', headers: cookieHeader('Takes the cookie away') } },
  },
  getSignInScript: {
    tag: 'Host',
    summary: 'What the page runs that browsers get with a 401.',
    access: 'open',
    answers: { 200: { what: 'The script.', content: { 'text/javascript': z.string() } } },
  },
  getSignInStyle: {
    tag: 'Host',
    summary: 'How the page looks that browsers get with a 401.',
    access: 'open',
    answers: { 200: { what: 'The style.', content: { 'text/css': z.string() } } },
  },
} as const satisfies Operations;
