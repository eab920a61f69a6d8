import type { EventSourceMessage } from 'eventsource-parser/stream';
import type { OperationId } from '../api/paths.ts';
import { isPassing } from './errors.ts';
import { send } from './request.ts';
import type { ClientOptions, FetchAnswer, LooseArguments } from './request.ts';

/** Between two tries to reach a host again. */
const RETRY_MS = 1_000;

/** How a stream is, for who shows it to people. */
export interface StreamWatch {
  /** Told whenever the host has taken the stream up, and whenever an open one is over, for whatever reason. */
  readonly onConnection?: (now: 'open' | 'lost') => void;
}

/**
 * The messages of an event stream. When the connection or the host goes away it comes back, and goes on behind the last message
 * that it gave, until the signal is aborted. Rejects with ProblemError for a refusal that is not of the moment (503), and at the
 * first try for any, or with UnreachableError if there was no answer.
 */
export async function* messages(
  options: ClientOptions,
  id: OperationId,
  { onConnection, ...args }: LooseArguments & StreamWatch,
): AsyncGenerator<EventSourceMessage> {
  const { signal } = args;
  let lastId: string | null = null;
  let isFirst = true;
  while (!isAborted(signal)) {
    const response: FetchAnswer | null = await open(options, id, args, lastId).catch((error: unknown) => {
      if (isFirst || !isPassing(error)) throw error;
      return null;
    });
    isFirst = false;
    if (response !== null) onConnection?.('open');
    try {
      for await (const message of messagesIn(response)) {
        lastId = message.id ?? lastId;
        yield message;
      }
    } catch (error) {
      if (isAborted(signal)) return;
      if (!isBrokenConnection(error)) throw error;
    } finally {
      if (response !== null) onConnection?.('lost');
    }
    await pause(signal);
  }
}

function open(
  options: ClientOptions,
  id: OperationId,
  args: LooseArguments,
  lastId: string | null,
): Promise<FetchAnswer> {
  const resumed = lastId === null ? {} : { 'last-event-id': lastId };
  return send(options, id, { ...args, headers: { ...args.headers, accept: 'text/event-stream', ...resumed } });
}

async function* messagesIn(response: FetchAnswer | null): AsyncGenerator<EventSourceMessage> {
  if (response?.body == null) return;
  const { EventSourceParserStream } = await import('eventsource-parser/stream'); // most clients follow nothing
  // The types of Node and of browsers differ in what may be written; bytes may be to both.
  const decoder = new TextDecoderStream() as unknown as {
    readonly readable: ReadableStream<string>;
    readonly writable: WritableStream<Uint8Array>;
  };
  const reader = response.body.pipeThrough(decoder).pipeThrough(new EventSourceParserStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the connection may be gone already
  }
}

/** Asked anew each time: a signal changes while something is awaited. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What fetch throws when a body breaks off. */
function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.name === 'AbortError');
}

function pause(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, RETRY_MS);
    signal?.addEventListener('abort', done);
    if (signal?.aborted === true) done();
  });
}
