import type { Context } from './request-context.ts';
import { SIGN_IN_POLICY, signInPage } from './sign-in-page.ts';

/** Answers with the page to sign in on; the status is what was set before. */
export function sendSignInPage(ctx: Context, version: string): void {
  ctx.set({ 'Content-Security-Policy': SIGN_IN_POLICY });
  ctx.type = 'html';
  ctx.body = signInPage(version);
}
