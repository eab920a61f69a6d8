import { useEffect, useState } from 'react';
import { useStaleSince } from './host-context.ts';
import { sentenceOf } from '../frontend/words/sentence.ts';

/** A response of the host as page state. `value` is the last successful one; it stays visible during a new request. */
export interface Answer<T> {
  readonly type: 'loading' | 'loaded' | 'failed';
  readonly value: T | null;
  /** Why the last request failed. */
  readonly problem: string | null;
}

/**
 * Sends a request to the host, and again whenever a value in `dependencies` changes, or the host is back after it was
 * away. Responses of outdated requests are ignored.
 */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, dependencies: readonly unknown[]): Answer<T> {
  return useAnswerUnless(useStaleSince() !== null, ask, dependencies);
}

/** The same for a page that itself knows when the host is away. */
export function useAnswerUnless<T>(
  isStale: boolean,
  ask: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ type: 'loading', value: null, problem: null });
  useEffect(() => {
    if (isStale) return undefined;
    const leave = new AbortController();
    ask(leave.signal).then(
      (value) => {
        if (!leave.signal.aborted) setAnswer({ type: 'loaded', value, problem: null });
      },
      (error: unknown) => {
        if (leave.signal.aborted) return;
        setAnswer(({ value }) => ({ type: 'failed', value, problem: sentenceOf(error) }));
      },
    );
    return () => {
      leave.abort();
    };
    // `ask` is a new function in each render; `dependencies` say when its request changes.
  }, [...dependencies, isStale]);
  return answer;
}
