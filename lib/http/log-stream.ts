import type { ServerResponse } from 'node:http';
import type { LogItem } from '../model/log-line.ts';
import { itemView } from './log-page.ts';
import type { Context } from './route.ts';

/** How long a client may take nothing before it is let go: what it has not read is on disk, and it can come back for it. */
const STALLED_MS = 30_000;
const HEARTBEAT_MS = 15_000;
const DISMISSAL_MS = 5_000;

/** How items are written down, and what keeps a quiet connection known to be alive. */
export interface StreamForm {
  readonly type: string;
  readonly opening: string;
  readonly heartbeat: string | null;
  readonly item: (item: LogItem) => string;
  /** What the client is told when it is let go. */
  readonly farewell: (reason: string) => string;
  /** What a client is told that has got everything, because nothing follows or the host leaves. */
  readonly ending: string;
}

/** The lines as they were written. Pieces of a split line are put together again. */
export const textForm: StreamForm = {
  type: 'text/plain; charset=utf-8',
  opening: '',
  heartbeat: null,
  item: (item) => {
    if (item.type === 'line') return item.partial === 'split' ? item.text : `${item.text}\n`;
    const what = item.to === null ? 'the rest' : `${item.to - item.from} bytes`;
    return `[coredinator: ${what} of ${item.stream} of launch ${item.generation} were released before they were read]\n`;
  },
  farewell: (reason) => `[coredinator: ${reason}]\n`,
  ending: '',
};

/** Server-sent events: `line` and `gap`, whose id is the position behind them. */
export const eventForm: StreamForm = {
  type: 'text/event-stream; charset=utf-8',
  opening: 'retry: 1000\n\n',
  heartbeat: ': still here\n\n',
  item: (item) => `id: ${item.position}\nevent: ${item.type}\ndata: ${JSON.stringify(itemView(item))}\n\n`,
  farewell: (reason) => `event: end\ndata: ${JSON.stringify({ reason })}\n\n`,
  ending: `event: end\ndata: ${JSON.stringify({ reason: 'the host is leaving' })}\n\n`,
};

/** Resolves when the client can take more; false: it is gone, or took nothing for too long. */
async function drained(response: ServerResponse, gone: AbortSignal): Promise<boolean> {
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
    const timer = setTimeout(onGone, STALLED_MS);
    response.on('drain', onDrain);
    gone.addEventListener('abort', onGone);
    if (gone.aborted) settle(false);
  });
}

/**
 * Writes batches as they come and as the client takes them; resolves when the answer is over. What `open` makes is ended at once
 * when the client goes away. What fails once the answer has begun breaks the connection off.
 */
export async function streamLogs(
  ctx: Context,
  form: StreamForm,
  open: (gone: AbortSignal) => AsyncIterable<readonly LogItem[]>,
): Promise<void> {
  const gone = new AbortController();
  const { res } = ctx;
  const leave = (): void => {
    gone.abort();
  };
  res.on('close', leave);
  if (res.closed) leave();
  const batches = open(gone.signal); // an unknown service is refused here, before the answer begins
  ctx.respond = false;
  writeHead(res, form);
  const beat = form.heartbeat;
  const heart =
    beat === null ? null : setInterval(() => !res.writableNeedDrain && res.write(beat), HEARTBEAT_MS).unref();
  try {
    if (ctx.method === 'HEAD') res.end();
    else await pump(res, form, batches, gone.signal);
  } catch (error) {
    ctx.app.emit('error', error, ctx); // too late for a problem document
    res.destroy();
  } finally {
    if (heart !== null) clearInterval(heart);
    res.off('close', leave);
    gone.abort();
  }
}

function writeHead(res: ServerResponse, form: StreamForm): void {
  res.statusCode = 200;
  res.setHeader('Content-Type', form.type);
  res.setHeader('Cache-Control', 'no-store');
  // A browser must not take what a service wrote for a page of ours.
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.flushHeaders();
  if (form.opening !== '') res.write(form.opening);
}

async function pump(
  res: ServerResponse,
  form: StreamForm,
  batches: AsyncIterable<readonly LogItem[]>,
  gone: AbortSignal,
): Promise<void> {
  for await (const batch of batches) {
    if (isGone(gone)) return;
    let text = '';
    for (const item of batch) text += form.item(item);
    if (res.write(text) || (await drained(res, gone))) continue;
    if (!isGone(gone)) dismiss(res, form.farewell(`the client took nothing for ${STALLED_MS / 1000} s`));
    return;
  }
  if (!isGone(gone)) res.end(form.ending);
}

/** Asked anew each time: a signal changes while something is awaited. */
function isGone(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** The reason stands behind what waits to be sent; the connection is cut when that does not move either. */
function dismiss(res: ServerResponse, farewell: string): void {
  res.end(farewell);
  setTimeout(() => res.destroy(), DISMISSAL_MS).unref();
}
