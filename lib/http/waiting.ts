import type { Wait } from '../control/control.ts';
import type { Context } from './request-context.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

interface WaitQuery {
  readonly wait?: Wait['until'] | undefined;
  readonly timeout?: { readonly ms: number } | undefined;
}

/** The wait that a query requests; it ends when the connection does. */
export function waitOf(ctx: Context, { wait, timeout }: WaitQuery): Wait | undefined {
  if (wait === undefined) return undefined;
  const gone = new AbortController();
  ctx.res.once('close', () => {
    gone.abort();
  });
  return { until: wait, timeoutMs: timeout?.ms ?? DEFAULT_TIMEOUT_MS, gone: gone.signal };
}
