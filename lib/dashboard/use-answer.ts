import { useEffect, useState } from 'react';
import { sentenceOf } from './words/sentence.ts';

/** An answer of the host on its way to the page. `value` is the last one that came, which stays in view while it is asked anew. */
export interface Answer<T> {
  readonly type: 'asking' | 'answered' | 'refused';
  readonly value: T | null;
  /** What the host has against the question, or why there is no answer. */
  readonly problem: string | null;
}

/** Asks the host, and again whenever one of `about` is another than before. What has been overtaken is left unread. */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, about: readonly unknown[]): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ type: 'asking', value: null, problem: null });
  useEffect(() => {
    const leave = new AbortController();
    ask(leave.signal).then(
      (value) => {
        if (!leave.signal.aborted) setAnswer({ type: 'answered', value, problem: null });
      },
      (error: unknown) => {
        if (leave.signal.aborted) return;
        setAnswer(({ value }) => ({ type: 'refused', value, problem: sentenceOf(error) }));
      },
    );
    return () => {
      leave.abort();
    };
    // `ask` is made anew each time that this is drawn; `about` says when it asks for something else.
  }, about);
  return answer;
}
