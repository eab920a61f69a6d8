import { mkdirSync } from 'node:fs';
import type { LogBatch, LogBounds, LogFindings, LogItem, LogQuery, LogSearch } from '../model/values/log-line.ts';
import type { LaunchStatus } from '../model/process.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { Log } from '../ports/log.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';
import { logLayoutOf } from '../launching/log-layout.ts';
import { ActiveReaders } from './active-readers.ts';
import { punchIn, type PunchHoles } from './plain/punch-holes.ts';
import { Releaser } from './plain/release.ts';
import { ReleasedOffsets } from './plain/released-offsets.ts';
import { PlainTrim } from './plain/trim.ts';
import { Retention } from './retention.ts';
import type { LogContext } from './log-context.ts';
import { storedLaunches } from './files.ts';
import { SearchWorker } from './search/search-worker.ts';
import { lastOf, lastWanted } from './last-lines.ts';
import { mergeAll } from './merge.ts';
import { followAll, readAll } from './walk.ts';
import { Watch } from './watch.ts';

export interface LocalServiceLogsOptions {
  readonly stateDir: string;
  /** The newest launch of a service that the process host knows; null: none. */
  readonly status: (serviceId: ServiceId) => LaunchStatus | null;
  readonly log: Log;
  /**
   * The command that punches a hole, to which `FILE BYTES` is appended; null: the rest is copied and the file truncated
   * instead.
   */
  readonly punchCommand: readonly string[] | null;
}

/** The output files of a state directory. */
export interface LocalServiceLogs extends ServiceLogs {
  /** Whether the space of plain files is released without losing a line: by punching holes, not by truncation. */
  readonly isLossless: boolean;
  /** Sweeps now instead of waiting for the next regular sweep. */
  sweep(): Promise<void>;
}

class LogFiles implements LocalServiceLogs {
  readonly isLossless: boolean;
  readonly #context: LogContext;
  readonly #trim: PlainTrim;
  readonly #watch: Watch;
  readonly #searches: SearchWorker;
  #retention: Retention | null = null;

  constructor({ stateDir, status, log }: LocalServiceLogsOptions, punchHoles: PunchHoles | null) {
    const hasEnded = (serviceId: ServiceId, generation: number): boolean => isPast(status(serviceId), generation);
    this.#context = {
      layout: logLayoutOf(stateDir),
      releasedOffsets: new ReleasedOffsets(),
      activeReaders: new ActiveReaders(),
      log,
      hasEnded,
    };
    this.#trim = new PlainTrim(this.#context, new Releaser(this.#context.releasedOffsets, punchHoles));
    this.#watch = new Watch(this.#context);
    this.#searches = new SearchWorker(this.#context.layout);
    this.isLossless = punchHoles !== null;
  }

  read(query: LogQuery): AsyncIterable<readonly LogItem[]> {
    return readAll(this.#context, query);
  }

  follow(query: LogQuery, signal: AbortSignal): AsyncIterable<readonly LogItem[]> {
    return followAll(this.#context, this.#watch, query, signal);
  }

  merge(queries: readonly LogQuery[], signal?: AbortSignal): AsyncIterable<LogBatch> {
    const last = lastWanted(queries);
    const merged = this.#mergeAll(queries, signal);
    return last === null ? merged : lastOf(last.queries, last.count, merged);
  }

  #mergeAll(queries: readonly LogQuery[], signal?: AbortSignal): AsyncIterable<LogBatch> {
    return mergeAll(queries, signal === undefined ? 'read' : 'follow', (query, events, end) => {
      if (signal === undefined) return readAll(this.#context, query, events);
      return followAll(this.#context, this.#watch, query, AbortSignal.any([signal, end]), events);
    });
  }

  search(query: LogQuery, search: LogSearch, signal: AbortSignal): Promise<LogFindings> {
    const { layout, hasEnded } = this.#context;
    const newest = storedLaunches(layout, query.serviceId).at(-1)?.generation ?? 0;
    return this.#searches.search(query, search, hasEnded(query.serviceId, newest) ? null : newest, signal);
  }

  keepBounded(bounds: () => LogBounds): void {
    this.#retention = new Retention(this.#context, this.#trim, bounds);
    this.#retention.start();
  }

  async sweep(): Promise<void> {
    await this.#retention?.sweep();
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#searches.close();
    await this.#retention?.close();
  }
}

/** A launch that is not known yet is about to start: its files exist before its process. */
function isPast(status: LaunchStatus | null, generation: number): boolean {
  if (status === null || status.generation < generation) return false;
  return status.generation > generation || status.status !== 'alive';
}

/** Opens the output files of a state directory (docs/logs.md). Only one may be open for each directory. */
export async function openServiceLogs(options: LocalServiceLogsOptions): Promise<LocalServiceLogs> {
  const { logs } = logLayoutOf(options.stateDir);
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  return new LogFiles(options, await punchIn(logs, options.punchCommand));
}
