import { fromCallback } from 'xstate';
import { sentenceOf } from '../words/sentence.ts';
import type { LogItem } from './row.ts';
import type { LogReader } from './reader.ts';

/** Lines that arrive within this time are shown together. */
const BATCH_MS = 80;

/** What a stream of output tells. */
export type StreamEvent =
  | { readonly type: 'stream.opened' }
  | { readonly type: 'stream.lost' }
  /** `position`: where they end. */
  | { readonly type: 'stream.items'; readonly items: readonly LogItem[]; readonly position: string | null }
  /** The host has rejected it, or was not there at the beginning. */
  | { readonly type: 'stream.failed'; readonly problem: string };

/** Follows the output after a position, across restarts of the host. */
export const follow = fromCallback<
  StreamEvent,
  { readonly reader: LogReader; readonly after: string | null },
  StreamEvent
>(({ input: { reader, after }, sendBack }) => {
  const leave = new AbortController();
  const { signal } = leave;
  let items: LogItem[] = [];
  let position: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const give = (): void => {
    const given = items;
    items = [];
    timer = undefined;
    sendBack({ type: 'stream.items', items: given, position });
  };
  const onConnection = (now: 'open' | 'lost'): void => {
    if (!signal.aborted) sendBack({ type: now === 'open' ? 'stream.opened' : 'stream.lost' });
  };
  const onPosition = (now: string): void => {
    position = now;
  };
  const read = async (): Promise<void> => {
    for await (const item of reader.follow(after, { signal, onConnection, onPosition })) {
      items.push(item);
      timer ??= setTimeout(give, BATCH_MS);
    }
  };
  read().catch((error: unknown) => {
    if (!signal.aborted) sendBack({ type: 'stream.failed', problem: sentenceOf(error) });
  });
  return () => {
    clearTimeout(timer);
    leave.abort();
  };
});
