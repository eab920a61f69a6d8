import type { LogItem, LogPolicy, LogQuery } from '../model/values/log-line.ts';

/** The output of services, read from where their processes write it. */
export interface ServiceLogs {
  /**
   * What is there now, oldest launch first, within a launch stdout before stderr; one batch a chunk of at most 64 KiB. The last,
   * unfinished line of a live launch is held back. Nothing is read ahead of the consumer.
   */
  read(query: LogQuery): AsyncIterable<readonly LogItem[]>;

  /**
   * As read(), then goes on with what comes, over new launches too, until the signal is aborted or the logs are closed; then
   * it ends without an error. The streams are mixed as they come.
   */
  follow(query: LogQuery, signal: AbortSignal): AsyncIterable<readonly LogItem[]>;

  /** Keeps the output of the services bounded from now on; `policies` is asked at each sweep. */
  keepBounded(policies: () => readonly LogPolicy[]): void;

  /** Ends every follow and the sweep; resolves when nothing is under way. The files stay. */
  close(): Promise<void>;
}
