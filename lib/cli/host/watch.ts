import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '../../client/client.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import type { Millis } from '../../model/values/time.ts';
import { Progress } from '../output/progress.ts';
import { NotAcceptedError } from './client-errors.ts';
import type { HostContext } from './context.ts';
import type { WaitOptions } from './host-options.ts';

/** The result of one poll; `says` is for the progress line or the error message. */
export type Verdict =
  | { readonly type: 'waiting'; readonly says: string }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly says: string };

/** Something to poll. */
export interface Watched<V> {
  readonly name: string;
  readonly fetchView: (signal: AbortSignal) => Promise<V>;
  readonly judge: (view: V) => Verdict;
  /** If given, the next poll starts when this settles, even before the interval is over. */
  readonly settled?: Promise<void>;
}

/** How the watch ended, with the last view; null: there was none. */
export interface WatchEnd<V> {
  readonly type: 'done' | 'failed' | 'timed_out';
  readonly view: V | null;
  readonly says: string;
}

const POLL_MS: Millis = 150;

/**
 * Polls until the verdict is no longer `waiting` or the time is up, and shows the progress. A host that does not
 * respond may be restarting: the command is on its disk, so the watch continues. An interruption does not stop the
 * host's work.
 */
export async function watch<V>(context: HostContext, watched: Watched<V>, timeout: Millis): Promise<WatchEnd<V>> {
  const progress = new Progress(context.err);
  try {
    return await poll(context, watched, timeout, progress);
  } catch (error) {
    progress.clear();
    if (context.interrupted.aborted && !context.isJson)
      context.err.write('Stopped waiting. The command stays in effect.\n');
    throw error;
  } finally {
    progress.clear();
  }
}

async function poll<V>(
  context: HostContext,
  watched: Watched<V>,
  timeout: Millis,
  progress: Progress,
): Promise<WatchEnd<V>> {
  const begin = performance.now();
  const waited = (): Millis => performance.now() - begin;
  let view: V | null = null;
  let verdict = NO_ANSWER;
  for (;;) {
    const seen = await pollOnce(watched, Math.max(1, timeout - waited()));
    if (typeof seen === 'object') {
      view = seen.view;
      verdict = watched.judge(view);
    } else if (seen === 'unreachable') verdict = NO_ANSWER;
    if (verdict.type === 'done') return { type: 'done', view, says: '' };
    if (verdict.type === 'failed') return { type: 'failed', view, says: verdict.says };
    if (waited() >= timeout) return { type: 'timed_out', view, says: verdict.says };
    const seconds = Math.floor(waited() / 1_000) * 1_000;
    if (!context.isJson) progress.say(`${watched.name}: ${verdict.says} ${spokenDuration(seconds)}`);
    await pause(Math.min(POLL_MS, timeout - waited()), watched.settled, context.interrupted);
  }
}

const NO_ANSWER: Verdict = { type: 'waiting', says: 'the host does not answer' };

/** `late`: the time was up first. */
async function pollOnce<V>(
  { fetchView }: Watched<V>,
  timeout: Millis,
): Promise<{ readonly view: V } | 'unreachable' | 'late'> {
  const late = AbortSignal.timeout(Math.ceil(timeout));
  try {
    return { view: await fetchView(late) };
  } catch (error) {
    if (late.aborted) return 'late';
    if (isPassing(error)) return 'unreachable';
    throw error;
  }
}

/**
 * The response of the host to a command, which it sends when the command is on its disk. Rejects with NotAcceptedError
 * after the timeout.
 */
export async function accepted<T>(
  { timeout }: WaitOptions,
  detailsCommand: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(timeout);
  try {
    return await ask(late);
  } catch (error) {
    if (late.aborted) throw new NotAcceptedError(timeout, detailsCommand);
    throw error;
  }
}

/** Rejects if the program is interrupted. */
async function pause(ms: Millis, settled: Promise<void> | undefined, interrupted: AbortSignal): Promise<void> {
  const over = new AbortController();
  const slept = delay(Math.max(0, ms), undefined, { signal: AbortSignal.any([interrupted, over.signal]) });
  try {
    await Promise.race(settled === undefined ? [slept] : [slept, settled]);
  } finally {
    over.abort();
    await slept.catch((error: unknown) => {
      if (interrupted.aborted) throw error;
    });
  }
}
