import type { SESSION_OPERATIONS } from '../../api/operations/session.ts';
import { sessionCookie } from '../access/access.ts';
import { SIGN_IN_SCRIPT, SIGN_IN_STYLE } from '../access/sign-in-page.ts';
import type { HandlersOf } from '../route.ts';

/** The handlers for signing in and out. Nothing is stored: the cookie is derived from the token. */
export function sessionHandlers(): HandlersOf<typeof SESSION_OPERATIONS> {
  return {
    getSession: ({ ctx }) => {
      const { by = null, scope = 'full' } = ctx.state.admission ?? {};
      return { signed_in_by: by, scope };
    },
    signIn: {
      write: ({ ctx }) => {
        const session = ctx.state.admission?.session ?? null;
        if (session !== null) ctx.set('Set-Cookie', sessionCookie(ctx.req, session));
        ctx.status = 204;
      },
    },
    signOut: {
      write: ({ ctx }) => {
        if (ctx.state.admission?.session != null) ctx.set('Set-Cookie', sessionCookie(ctx.req, null));
        ctx.status = 204;
      },
    },
    getSignInScript: {
      write: ({ ctx }) => {
        ctx.type = 'text/javascript';
        ctx.body = SIGN_IN_SCRIPT;
      },
    },
    getSignInStyle: {
      write: ({ ctx }) => {
        ctx.type = 'text/css';
        ctx.body = SIGN_IN_STYLE;
      },
    },
  };
}
