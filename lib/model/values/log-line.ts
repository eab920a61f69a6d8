import type { ServiceId } from './ids.ts';
import type { Instant } from './time.ts';

/** The two output streams of a process. */
export type LogStream = 'stdout' | 'stderr';

/** The order in which the streams of one launch are read if each has its own file. */
export const LOG_STREAMS: readonly LogStream[] = ['stdout', 'stderr'];

/** Longer lines are split into pieces of at most this many bytes. */
export const LINE_LIMIT = 64 * 1024;

/**
 * A position in the output of a service: how far one launch has been read, in bytes since the launch. A launch with
 * records has one offset. One with a file for each stream has an offset for each stream that was requested, stdout first.
 */
export interface LogPosition {
  readonly generation: number;
  readonly offsets: readonly number[];
}

/** One line of output, without its newline. */
export interface LogLine {
  readonly type: 'line';
  readonly generation: number;
  readonly stream: LogStream;
  /** Where the line starts, in bytes since the launch; unaffected by what is released before it. */
  readonly offset: number;
  /**
   * When it was read from the service, or its first part: UTC, such as `2026-11-27T10:00:00.123456789Z`. Null: unknown,
   * because the service wrote it to a file.
   */
  readonly at: string | null;
  /** Invalid UTF-8 is replaced by U+FFFD. */
  readonly text: string;
  /**
   * `split`: over 64 KiB, the next piece follows. `unfinished`: its end has not been written, or not before something of
   * the other stream; what follows of it is the next line of this stream. Null: the end of a line.
   */
  readonly partial: 'split' | 'unfinished' | null;
  /** Its beginning was in the line of this stream that the reader got before. */
  readonly continues?: true;
  /** The position right after it, to continue without gaps or duplicates ({@link parsePosition}). */
  readonly position: string;
}

/** Output between two positions that was released, deleted or lost before this reader got to it. */
export interface LogGap {
  readonly type: 'gap';
  readonly generation: number;
  /** Null: both. */
  readonly stream: LogStream | null;
  /** How many bytes of output the disk did not take. Absent: what was there was deleted. */
  readonly unwritten?: number;
  readonly from: number;
  /** Null: everything of the launch after `from`, and all launches up to the next item. */
  readonly to: number | null;
  readonly position: string;
}

export type LogItem = LogLine | LogGap;

/**
 * Where to start reading. `tail`: the last lines of each stream. `before`: the last lines of all streams together before a
 * position, and no further; null: before the end of what has been written. `since`: what was written at or after that instant, or all
 * of a launch that wrote then if its lines have no time.
 */
export type LogStart =
  | { readonly type: 'oldest' }
  | { readonly type: 'before'; readonly position: LogPosition | null; readonly lines: number }
  | { readonly type: 'after'; readonly position: LogPosition }
  | { readonly type: 'tail'; readonly lines: number; readonly since: Instant | null }
  | { readonly type: 'since'; readonly since: Instant };

/** A line or gap, and whose output it is of. */
export interface ServiceLogItem {
  readonly serviceId: ServiceId;
  readonly item: LogItem;
}

/**
 * What a reader of the output of one or several services gets: where the output of each begins, as a position from which a
 * later reader would give the same, then items. A service whose beginning is known late has it in `starts` of its own.
 */
export type LogBatch =
  | { readonly type: 'starts'; readonly positions: ReadonlyMap<ServiceId, string> }
  | { readonly type: 'items'; readonly items: readonly ServiceLogItem[] };

/** Which output of a service to read. */
export interface LogQuery {
  readonly serviceId: ServiceId;
  /** At least one. */
  readonly streams: readonly LogStream[];
  readonly start: LogStart;
  /** Only what was written at or before this instant; lines without a time are always included. Default: all. */
  readonly until?: Instant;
  /** Only this launch. Default: all. */
  readonly generation?: number;
}

/** What to search for in output. */
export interface LogSearch {
  /** In the syntax of lib/expression; it must be valid. */
  readonly expression: string;
  /** Lines of the requested streams to include before and after each line that matches. */
  readonly before: number;
  readonly after: number;
  /** The most lines that match. */
  readonly limit: number;
  /** After this time, in milliseconds, it answers with what it has found. Default: 1000. */
  readonly budgetMs?: number;
}

/** A line or gap that a search has found. `isContext`: a line next to one that matches. */
export type LogFinding = LogItem & { readonly isContext?: true };

/** The result of a search, or of a part of it: one that takes long is continued from `next`. */
export interface LogFindings {
  readonly findings: readonly LogFinding[];
  /** Where to continue; null: nothing has ever been written. */
  readonly next: string | null;
  /** Everything that had been written was searched. */
  readonly isComplete: boolean;
  /** Bytes searched by this part, and how many there were to search. */
  readonly searchedBytes: number;
  readonly totalBytes: number;
}

/** How much output of one service is kept. */
export interface LogPolicy {
  readonly serviceId: ServiceId;
  /** The newest known launch; when it changes, the retention sweep reads the folder again. */
  readonly generation: number;
  /** Whether the process of that launch runs, or has run. */
  readonly isLaunched: boolean;
  /** For all stored launches with plain files together; the log of a launch with records is kept bounded by its shim. */
  readonly maxBytes: number;
  /** Number of launches that have ended. */
  readonly keep: number;
  /** Launches that are kept in addition to these. */
  readonly kept: readonly number[];
}

/** How much output of all services is kept. */
export interface LogBounds {
  readonly services: readonly LogPolicy[];
  /** For all stored output together, in bytes. */
  readonly totalBytes: number;
}

/** The position before an item; `streams` are those that were requested. */
export function positionBefore(item: LogItem, streams: readonly LogStream[]): string {
  const offset = item.type === 'gap' ? item.from : item.offset;
  const offsets = [...(parsePosition(item.position, LOG_STREAMS)?.offsets ?? [offset])];
  const ordered = LOG_STREAMS.filter((stream) => streams.includes(stream));
  const index = offsets.length === 1 || item.stream === null ? 0 : ordered.indexOf(item.stream);
  offsets[index] = offset;
  return formatPosition({ generation: item.generation, offsets });
}

/** `7:1234`; `7:1234,56` for two streams with a file each. */
export function formatPosition({ generation, offsets }: LogPosition): string {
  return `${generation}:${offsets.join(',')}`;
}

const POSITION_FORM = /^(\d{1,15}):(\d{1,15})(?:,(\d{1,15}))?$/;

/** Parses a position for the streams it was made for; null if it cannot be one of these. */
export function parsePosition(text: string, streams: readonly LogStream[]): LogPosition | null {
  const [, generation, first, second] = POSITION_FORM.exec(text) ?? [];
  if (generation === undefined || first === undefined) return null;
  const offsets = (second === undefined ? [first] : [first, second]).map(Number);
  return offsets.length > streams.length ? null : { generation: Number(generation), offsets };
}
