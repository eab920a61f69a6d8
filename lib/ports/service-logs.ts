import type { LogBatch, LogBounds, LogFindings, LogItem, LogQuery, LogSearch } from '../model/values/log-line.ts';

/** The output of services, read from where their processes write it. */
export interface ServiceLogs {
  /**
   * Reads what has been written so far, oldest launch first, within a launch stdout before stderr; each batch comes
   * from a chunk of at most 64 KiB. The last, unfinished line of a live launch is held back. Nothing is read ahead of
   * the consumer.
   */
  read(query: LogQuery): AsyncIterable<readonly LogItem[]>;

  /**
   * As read(), then continues with new output, including that of new launches, until the signal is aborted or the logs
   * are closed; then it ends without an error. The streams are mixed in the order of arrival.
   */
  follow(query: LogQuery, signal: AbortSignal): AsyncIterable<readonly LogItem[]>;

  /**
   * The output of several services by time, one query for each; with a signal it follows. Lines without a time come behind
   * those of their service that were read before them. While following, a line waits up to 50 ms for earlier ones of other
   * services, and at most 2 s for a service whose output is being read. If all queries start `before` a position, it is the
   * last lines of all services together. With one query, that is read() or follow() with its start.
   */
  merge(queries: readonly LogQuery[], signal?: AbortSignal): AsyncIterable<LogBatch>;

  /**
   * Searches what has been written so far, oldest launch first, in a thread of its own. Resolves after about a second
   * with what was found until then; whoever wants more continues from `next`. Rejects if the signal is aborted.
   */
  search(query: LogQuery, search: LogSearch, signal: AbortSignal): Promise<LogFindings>;

  /** Keeps the output of the services within its limits from now on; `bounds` is called at each sweep. */
  keepBounded(bounds: () => LogBounds): void;

  /** Ends every follow and the sweep; resolves when nothing is in progress. The files stay. */
  close(): Promise<void>;
}
