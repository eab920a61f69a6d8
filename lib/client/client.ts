import { ENDPOINTS } from '../api/paths.ts';
import type { OperationId } from '../api/paths.ts';
import type { EventGap, EventReset, EventView } from '../api/schemas/event.ts';
import type { LogItemView, MergedLogItemView } from '../api/schemas/log.ts';
import { messages } from './event-stream.ts';
import type { StreamWatch } from './event-stream.ts';
import { send, whole } from './request.ts';
import type { ClientOptions, LooseArguments } from './request.ts';
import type { Arguments, Calls } from './types.ts';

export { isPassing, ProblemError, UnreachableError } from './errors.ts';
export type { ClientOptions, Fetch, FetchAnswer } from './request.ts';
export type { Arguments, Calls, Result } from './types.ts';

/**
 * An item of an event stream: an event, a gap in the journal, or a reset because the start position belongs to another
 * journal.
 */
export type FollowedEvent =
  | { readonly type: 'event'; readonly event: EventView }
  | { readonly type: 'gap'; readonly gap: EventGap }
  | { readonly type: 'reset'; readonly reset: EventReset };

/** A host as an object: every operation of the API is a method. Runs in Node and in browsers. */
export interface Client extends Calls {
  /**
   * The output of a service from the position in the query, continuing with new output across launches and restarts of
   * the host, until the signal is aborted.
   */
  followLogs(args: Arguments<'readLogs'> & StreamWatch): AsyncGenerator<LogItemView>;
  /** Likewise the output of several services by time. */
  followMergedLogs(args: Arguments<'readMergedLogs'> & StreamWatch): AsyncGenerator<MergedLogItemView>;
  /**
   * Events from the position in the query (default: now) until the signal is aborted, across restarts of the host: each
   * event exactly once.
   */
  followEvents(args?: Arguments<'streamEvents'> & StreamWatch): AsyncGenerator<FollowedEvent>;
}

/**
 * Creates a client; no request is sent. Every method rejects with ProblemError if the host rejects the request, and
 * with UnreachableError if there is no response. A missing or empty id is a TypeError, and nothing is sent.
 * @example
 * const host = createClient({ url: 'http://127.0.0.1:8000' });
 * await host.startAgent({ body: { config_path: '/plant/pump1.yaml' } });
 * const { state } = await host.getService({ id: 'pump1-corerl' });
 */
export function createClient(options: ClientOptions): Client {
  const call =
    (id: OperationId) =>
    async (args: LooseArguments = {}) => {
      const response = await send(options, id, args);
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
      return whole(options, args, isJson ? response.json() : response.text());
    };
  // Object.keys loses the key type; each method has the arguments and the result of its operation.
  const ids = Object.keys(ENDPOINTS) as OperationId[];
  const calls = Object.fromEntries(ids.map((id) => [id, call(id)])) as unknown as Calls;
  return {
    ...calls,
    followLogs: (args) => followItems<LogItemView>(options, 'readLogs', args),
    followMergedLogs: (args) => followItems<MergedLogItemView>(options, 'readMergedLogs', args),
    followEvents: (args = {}) => followEvents(options, args),
  };
}

async function* followItems<Item>(
  options: ClientOptions,
  id: 'readLogs' | 'readMergedLogs',
  args: (Arguments<'readLogs'> | Arguments<'readMergedLogs'>) & StreamWatch,
): AsyncGenerator<Item> {
  for await (const { event, data } of messages(options, id, { ...args })) {
    if (event === 'line' || event === 'gap') yield JSON.parse(data) as Item; // as documented for the stream
  }
}

async function* followEvents(
  options: ClientOptions,
  args: Arguments<'streamEvents'> & StreamWatch,
): AsyncGenerator<FollowedEvent> {
  for await (const { event, data } of messages(options, 'streamEvents', { ...args })) {
    // as documented for the stream
    if (event === undefined) yield { type: 'event', event: JSON.parse(data) as EventView };
    if (event === 'gap') yield { type: 'gap', gap: JSON.parse(data) as EventGap };
    if (event === 'reset') yield { type: 'reset', reset: JSON.parse(data) as EventReset };
  }
}
