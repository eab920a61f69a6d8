import { setTimeout as delay } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { UnreachableError } from '../../client/client.ts';
import { parseDuration, spokenDuration } from '../../model/duration.ts';
import type { Millis } from '../../model/time.ts';
import { OptionError } from '../option-paths.ts';
import { Progress } from '../output/progress.ts';
import type { HostContext } from './context.ts';

/** How long a command waits for what it has caused. */
export interface WaitWords {
  readonly wait: boolean;
  readonly timeout: Millis;
}

/** Adds the options of commands that wait. */
export function withWait(command: Command, what: string): Command {
  return command
    .option('--no-wait', `end when the command is on disk, not when ${what}`)
    .addOption(
      new Option('--timeout <duration>', 'wait no longer than that, then end with code 5')
        .default(60_000, '1m')
        .argParser(timeoutOf),
    );
}

function timeoutOf(text: string): Millis {
  const parsed = parseDuration(text);
  if (parsed.type === 'invalid') throw new OptionError(`--timeout: ${parsed.message}.`);
  return parsed.ms;
}

/** What a look at something comes to; `says` goes into the line of progress, or into the complaint. */
export type Verdict =
  | { readonly type: 'waiting'; readonly says: string }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly says: string };

/** Something that is looked at again and again. */
export interface Watched<V> {
  readonly name: string;
  readonly look: (signal: AbortSignal) => Promise<V>;
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

const LOOK_EVERY_MS: Millis = 150;

/**
 * Looks until the verdict is no longer `waiting` or the time is over, and says meanwhile how it stands. A host that does not answer may
 * be restarting: what it was told is on its disk, so it is waited for too.
 */
export async function watch<V>(context: HostContext, watched: Watched<V>, timeout: Millis): Promise<WatchEnd<V>> {
  const progress = new Progress(context.err);
  const begin = performance.now();
  const waited = (): Millis => performance.now() - begin;
  let view: V | null = null;
  try {
    for (;;) {
      const seen = await lookOnce(watched, Math.max(1, timeout - waited()));
      view = seen ?? view;
      const verdict = seen === null ? NO_ANSWER : watched.judge(seen);
      if (verdict.type === 'done') return { type: 'done', view, says: '' };
      if (verdict.type === 'failed') return { type: 'failed', view, says: verdict.says };
      if (waited() >= timeout) return { type: 'timed_out', view, says: verdict.says };
      const seconds = Math.floor(waited() / 1_000) * 1_000;
      if (!context.isJson) progress.say(`${watched.name}: ${verdict.says} ${spokenDuration(seconds)}`);
      await pause(Math.min(LOOK_EVERY_MS, timeout - waited()), watched.settled, context.interrupted);
    }
  } finally {
    progress.clear();
  }
}

const NO_ANSWER: Verdict = { type: 'waiting', says: 'the host does not answer' };

/** Null: there was no answer. */
async function lookOnce<V>({ look }: Watched<V>, timeout: Millis): Promise<V | null> {
  const late = AbortSignal.timeout(Math.ceil(timeout));
  try {
    return await look(late);
  } catch (error) {
    if (error instanceof UnreachableError || late.aborted) return null;
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
