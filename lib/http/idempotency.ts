import { hash } from 'node:crypto';
import type { ParameterizedContext } from 'koa';
import type { Control } from '../control/control.ts';
import type { KeptAnswer, IdempotencyClaim } from '../model/idempotency.ts';
import { RequestError } from './problem.ts';

/** The part of `Control` that makes commands idempotent. */
export type IdempotencyControl = Pick<Control, 'beginOnce' | 'endOnce'>;

const KEY = /^[\x21-\x7e]{1,255}$/;
/** The response headers that are stored and sent again. */
const KEPT_HEADERS = ['Content-Type', 'ETag', 'Location'] as const;

/** The idempotency key of a request; null: none. Throws RequestError. */
export function idempotencyKeyOf(ctx: ParameterizedContext): string | null {
  const given = ctx.get('Idempotency-Key').trim();
  if (given === '') return null;
  const key = /^"(.*)"$/.exec(given)?.[1] ?? given; // quoted according to the draft, but many clients send it bare
  if (KEY.test(key)) return key;
  const message = 'must be 1 to 255 printable characters without spaces, such as a UUID';
  throw new RequestError('invalid_request', `The header Idempotency-Key ${message}.`, {
    issues: [{ path: 'Idempotency-Key', message }],
  });
}

/**
 * Executes a command, or repeats its earlier response (draft-ietf-httpapi-idempotency-key-header). Successful responses
 * are stored for a day. Errors are not stored, so the same key can be used for a retry.
 */
export async function once(
  keeper: IdempotencyControl,
  ctx: ParameterizedContext,
  key: string,
  body: unknown,
  carryOut: (claim: IdempotencyClaim) => Promise<void>,
): Promise<void> {
  const begun = await keeper.beginOnce(key, fingerprintOf(ctx, body));
  if (begun.type === 'answered') {
    sendAgain(ctx, begun.answer);
    return;
  }
  let answer: KeptAnswer | null = null;
  try {
    await carryOut(begun.claim);
    answer = answerOf(ctx);
  } finally {
    await keeper.endOnce(begun.claim, answer);
  }
}

function fingerprintOf(ctx: ParameterizedContext, body: unknown): string {
  const query = new URLSearchParams(ctx.querystring);
  query.sort();
  const path = ctx.path.replace(/\/$/, '');
  return hash('sha256', JSON.stringify([ctx.method, path, query.toString(), body ?? null]), 'hex');
}

function answerOf(ctx: ParameterizedContext): KeptAnswer | null {
  if (ctx.status < 200 || ctx.status > 299) return null;
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = ctx.res.getHeader(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    status: ctx.status,
    headers: Object.fromEntries(headers),
    body: typeof ctx.body === 'string' ? ctx.body : null,
  };
}

function sendAgain(ctx: ParameterizedContext, { status, headers, body }: KeptAnswer): void {
  ctx.status = status;
  ctx.set({ ...headers, 'Idempotency-Replayed': 'true' });
  if (body !== null) ctx.body = body;
}
