import type { EventSourceMessage } from 'eventsource-parser/stream';
import type { OperationId } from '../api/paths.ts';
import { isPassing } from './errors.ts';
import { send } from './request.ts';
import type { ClientOptions, FetchAnswer, LooseArguments } from './request.ts';

/** The delay between two attempts to reconnect. */
const RETRY_MS = 1_000;

/** Reports the state of a stream to a user interface. */
export interface StreamWatch {
  /** Called each time the host accepts the stream, and each time an open stream ends for any reason. */
  readonly onConnection?: (now: 'open' | 'lost') => void;
  /** Called before each item, and at the beginning, with the position after it: a later stream continues from there. */
  readonly onPosition?: (position: string) => void;
}

/**
 * The messages of an event stream. After the connection or the host is lost, it reconnects and continues after the last
 * message received, until the signal is aborted. Rejects with ProblemError if the host rejects the stream with anything
 * but 503, and on the first attempt also with 503, or with UnreachableError if there is no response.
 */
export async function* messages(
  options: ClientOptions,
  id: OperationId,
  { onConnection, onPosition, ...args }: LooseArguments & StreamWatch,
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
        if (message.id !== undefined) onPosition?.(message.id);
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
  const { EventSourceParserStream } = await import('eventsource-parser/stream'); // most clients follow no stream
  // The types of Node and browsers differ in what may be written; both accept bytes.
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
    await reader.cancel().catch(() => undefined); // the connection may already be lost
  }
}

/** A function, because the signal can change during an await and TypeScript would not expect that. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** The errors of fetch for an interrupted body. */
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
