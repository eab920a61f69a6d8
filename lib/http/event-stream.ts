import type { ServerResponse } from 'node:http';
import type { Context } from './request-context.ts';

/** How long a stream waits for its client. */
export interface Patience {
  /** So long a client may leave what was sent to it before it is let go: it can come back for the rest. */
  readonly stalledMs: number;
  readonly heartbeatMs: number;
  /** So long a client that is let go has to take the reason. */
  readonly dismissalMs: number;
}

/** What a client of the API is given. */
export const PATIENCE: Patience = { stalledMs: 30_000, heartbeatMs: 15_000, dismissalMs: 5_000 };

/** How batches are written down, and what keeps a quiet connection known to be alive. */
export interface StreamForm<Batch> {
  readonly type: string;
  readonly opening: string;
  readonly heartbeat: string | null;
  readonly batch: (batch: Batch) => string;
  /** What the client is told when it is let go. */
  readonly farewell: (reason: string) => string;
  /** What a client is told that has got everything, because nothing follows or the host leaves. */
  readonly ending: string;
}

/** The event that ends a stream of server-sent events. */
export function endEvent(reason: string): string {
  return `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;
}

/** What all streams of server-sent events have in common. */
export const SERVER_SENT = {
  type: 'text/event-stream; charset=utf-8',
  /** A client that is cut off comes back after a second. */
  opening: 'retry: 1000\n\n',
  heartbeat: ': still here\n\n',
  farewell: endEvent,
  ending: endEvent('the host is leaving'),
} as const;

/** What a client is told whose token is in no file any more. */
const WITHDRAWN = 'the token that opened this stream was withdrawn';

/** Resolves when the client can take more; false: it is gone, or took nothing for too long. */
async function drained(response: ServerResponse, gone: AbortSignal, stalledMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isDrained: boolean): void => {
      clearTimeout(timer);
      response.off('drain', onDrain);
      gone.removeEventListener('abort', onGone);
      resolve(isDrained);
    };
    const onDrain = (): void => {
      settle(true);
    };
    const onGone = (): void => {
      settle(false);
    };
    const timer = setTimeout(onGone, stalledMs);
    response.on('drain', onDrain);
    gone.addEventListener('abort', onGone);
    if (gone.aborted) settle(false);
  });
}

/**
 * Writes batches as they come and as the client takes them; resolves when the answer is over. What `open` makes is ended at once
 * when the client goes away, or when what has let it in holds no more. What fails once the answer has begun breaks the connection off.
 */
export async function sendStream<Batch>(
  ctx: Context,
  form: StreamForm<Batch>,
  open: (gone: AbortSignal) => AsyncIterable<Batch>,
  patience: Patience = PATIENCE,
): Promise<void> {
  const gone = new AbortController();
  const { res } = ctx;
  const leave = (): void => {
    gone.abort();
  };
  const { admission } = ctx.state;
  const checkAdmission = (): void => {
    if (admission?.isHeld() === false) gone.abort(WITHDRAWN);
  };
  const unwatch = admission?.watch(checkAdmission);
  res.on('close', leave);
  if (res.closed) leave();
  let heart: NodeJS.Timeout | undefined;
  try {
    const batches = open(gone.signal); // what cannot be streamed is refused here, before the answer begins
    ctx.respond = false;
    writeHead(res, form);
    heart = keepAlive(res, form.heartbeat, patience.heartbeatMs, checkAdmission);
    if (ctx.method === 'HEAD') res.end();
    else await pump(res, form, batches, gone.signal, patience);
  } catch (error) {
    if (ctx.respond !== false) throw error;
    ctx.app.emit('error', error, ctx); // too late for a problem document
    res.destroy();
  } finally {
    clearInterval(heart);
    unwatch?.();
    res.off('close', leave);
    gone.abort();
  }
}

function writeHead(res: ServerResponse, form: Pick<StreamForm<never>, 'type' | 'opening'>): void {
  res.statusCode = 200;
  res.setHeader('Content-Type', form.type);
  res.setHeader('Cache-Control', 'no-store');
  // A browser must not take what a service wrote for a page of ours.
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.flushHeaders();
  if (form.opening !== '') res.write(form.opening);
}

/** Also looks whether the token still holds, so that it does not take somebody else's request to find out. */
function keepAlive(
  res: ServerResponse,
  beat: string | null,
  everyMs: number,
  checkAdmission: () => void,
): NodeJS.Timeout {
  return setInterval(() => {
    checkAdmission();
    if (beat !== null && res.writable && !res.writableNeedDrain) res.write(beat);
  }, everyMs).unref();
}

async function pump<Batch>(
  res: ServerResponse,
  form: StreamForm<Batch>,
  batches: AsyncIterable<Batch>,
  gone: AbortSignal,
  { stalledMs, dismissalMs }: Patience,
): Promise<void> {
  for await (const batch of batches) {
    if (isGone(gone)) break;
    if (res.write(form.batch(batch)) || (await drained(res, gone, stalledMs))) continue;
    if (isGone(gone)) break;
    dismiss(res, form.farewell(`the client took nothing for ${stalledMs / 1000} s`), dismissalMs);
    return;
  }
  if (!isGone(gone)) res.end(form.ending);
  else if (gone.reason === WITHDRAWN) dismiss(res, form.farewell(WITHDRAWN), dismissalMs);
}

/** Asked anew each time: a signal changes while something is awaited. */
function isGone(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The reason stands behind what waits to be sent; the connection is cut when that does not move either. */
function dismiss(res: ServerResponse, farewell: string, dismissalMs: number): void {
  res.end(farewell);
  setTimeout(() => res.destroy(), dismissalMs).unref();
}
