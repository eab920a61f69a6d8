import type { ServerResponse } from 'node:http';
import type { Context } from './request-context.ts';

/** How long a stream waits for its client. */
export interface StreamTimeouts {
  /** A client that accepts no data for this long is disconnected; it can reconnect and continue. */
  readonly stalledMs: number;
  readonly heartbeatMs: number;
  /** How long a disconnected client has to receive the reason. */
  readonly dismissalMs: number;
}

/** The timeouts for clients of the API. */
export const TIMEOUTS: StreamTimeouts = { stalledMs: 30_000, heartbeatMs: 15_000, dismissalMs: 5_000 };

/** How a stream is encoded, and what keeps an idle connection open. */
export interface StreamForm<Batch> {
  readonly type: string;
  readonly opening: string;
  readonly heartbeat: string | null;
  readonly batch: (batch: Batch) => string;
  /** What the client receives before it is disconnected. */
  readonly farewell: (reason: string) => string;
  /** What the client receives after all data, because nothing follows or the host is shutting down. */
  readonly ending: string;
}

/** The event that ends a stream of server-sent events. */
export function endEvent(reason: string): string {
  return `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;
}

/** What all streams of server-sent events share. */
export const SERVER_SENT = {
  type: 'text/event-stream; charset=utf-8',
  /** A disconnected client reconnects after a second. */
  opening: 'retry: 1000\n\n',
  heartbeat: ': still here\n\n',
  farewell: endEvent,
  ending: endEvent('the host is shutting down'),
} as const;

/** The reason sent to a client whose token was removed from its file. */
const WITHDRAWN = 'the token that opened this stream was withdrawn';

/** Resolves when the client can accept more data; false: it is gone, or accepted nothing for too long. */
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
 * Writes batches as they arrive and as fast as the client reads; resolves when the response is over. The iterable from
 * `open` is ended at once if the client disconnects or its credential is withdrawn. An error after the response has
 * begun breaks the connection.
 */
export async function sendStream<Batch>(
  ctx: Context,
  form: StreamForm<Batch>,
  open: (gone: AbortSignal) => AsyncIterable<Batch>,
  timeouts: StreamTimeouts = TIMEOUTS,
): Promise<void> {
  const gone = new AbortController();
  const { res } = ctx;
  const leave = (): void => {
    gone.abort();
  };
  const { admission } = ctx.state;
  const checkAdmission = (): void => {
    if (admission?.isValid() === false) gone.abort(WITHDRAWN);
  };
  const unwatch = admission?.watch(checkAdmission);
  res.on('close', leave);
  if (res.closed) leave();
  let heart: NodeJS.Timeout | undefined;
  try {
    const batches = open(gone.signal); // a stream that cannot be opened is rejected here, before the response begins
    ctx.respond = false;
    writeHead(res, form);
    heart = keepAlive(res, form.heartbeat, timeouts.heartbeatMs, checkAdmission);
    if (ctx.method === 'HEAD') res.end();
    else await pump(res, form, batches, gone.signal, timeouts);
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
  // A browser must not treat the output of a service as one of our pages.
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.flushHeaders();
  if (form.opening !== '') res.write(form.opening);
}

/** Also checks that the token is still valid; otherwise only another request would trigger that check. */
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
  { stalledMs, dismissalMs }: StreamTimeouts,
): Promise<void> {
  for await (const batch of batches) {
    if (isGone(gone)) break;
    if (res.write(form.batch(batch)) || (await drained(res, gone, stalledMs))) continue;
    if (isGone(gone)) break;
    dismiss(res, form.farewell(`the client accepted no data for ${stalledMs / 1000} s`), dismissalMs);
    return;
  }
  if (!isGone(gone)) res.end(form.ending);
  else if (gone.reason === WITHDRAWN) dismiss(res, form.farewell(WITHDRAWN), dismissalMs);
}

/** A function, because the signal can change during an await and TypeScript would not expect that. */
function isGone(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The reason is queued behind the pending data; the connection is destroyed if that is not sent either. */
function dismiss(res: ServerResponse, farewell: string, dismissalMs: number): void {
  res.end(farewell);
  setTimeout(() => res.destroy(), dismissalMs).unref();
}
