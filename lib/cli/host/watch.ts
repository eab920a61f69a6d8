import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '../../client/client.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import type { Millis } from '../../model/values/time.ts';
import { Progress } from '../output/progress.ts';
import { NotTakenError } from './client-errors.ts';
import type { HostContext } from './context.ts';
import type { WaitOptions } from './host-options.ts';

/** What a look at something comes to; `says` goes into the line of progress, or into the complaint. */
export type Verdict =
  | { readonly type: 'waiting'; readonly says: string }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly says: string };

/** Something that is looked at again and again. */
export interface Watched<V> {
  readonly name: string;
  readonly fetchView: (signal: AbortSignal) => Promise<V>;
  readonly judge: (view: V) => Verdict;
  /** The next look is taken when it settles, and not after a while. */
  readonly settled?: Promise<void>;
}

/** How a watch ended, with what was seen last; null: nothing ever was. */
export interface WatchEnd<V> {
  readonly type: 'done' | 'failed' | 'timed_out';
  readonly view: V | null;
  readonly says: string;
}

const POLL_MS: Millis = 150;

/**
 * Looks until the verdict is no longer `waiting` or the time is over, and says meanwhile how it stands. A host that does not answer may
 * be restarting: what it was told is on its disk, so it is waited for too, and an interruption leaves it at its work.
 */
export async function watch<V>(context: HostContext, watched: Watched<V>, timeout: Millis): Promise<WatchEnd<V>> {
  const progress = new Progress(context.err);
  try {
    return await poll(context, watched, timeout, progress);
  } catch (error) {
    progress.clear();
    if (context.interrupted.aborted && !context.isJson) context.err.write(`The host continues with ${watched.name}.\n`);
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

/** `late`: the time was over first. */
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

/** What the host answers to a command, which it does when that is on its disk. Rejects with NotTakenError when it takes too long. */
export async function taken<T>(
  { timeout }: WaitOptions,
  moreBy: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(timeout);
  try {
    return await ask(late);
  } catch (error) {
    if (late.aborted) throw new NotTakenError(timeout, moreBy);
    throw error;
  }
}

/** Rejects when the program is interrupted. */
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
