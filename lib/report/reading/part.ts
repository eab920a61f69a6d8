import { ProblemError } from '../../client/client.ts';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import type { Part } from '../content.ts';

/** Whoever may not read one part may read none. */
const FORBIDDEN = [401, 403];

/** Reads a part of a report. What the host refuses is said in its place; a host that is away ends the report. */
export async function partOf<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return { type: 'read', value: await read() };
  } catch (error) {
    if (!(error instanceof ProblemError) || FORBIDDEN.includes(error.status)) throw error;
    return { type: 'unread', reason: sentenceOf(error) };
  }
}

/** So many requests at a time: a report must not keep the host from its work. */
const AT_ONCE = 4;

/** The results for all items, in their order. */
export async function eachOf<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await read(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
