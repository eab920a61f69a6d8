import type { ServiceId } from './ids.ts';
import type { Instant } from './time.ts';

/** The two output streams of a process, each with its own file. */
export type LogStream = 'stdout' | 'stderr';

/** The order in which the streams of one launch are read. */
export const LOG_STREAMS: readonly LogStream[] = ['stdout', 'stderr'];

/** Longer lines are split into pieces of at most this many bytes. */
export const LINE_LIMIT = 64 * 1024;

/**
 * A position in the output of a service: how far each stream of one launch has been read, in bytes since the launch.
 * Streams that were not requested have no offset.
 */
export interface LogPosition {
  readonly generation: number;
  readonly offsets: Readonly<Partial<Record<LogStream, number>>>;
}

/** One line of output, without its newline. */
export interface LogLine {
  readonly type: 'line';
  readonly generation: number;
  readonly stream: LogStream;
  /** Where the line starts, in bytes since the launch; unaffected by what is released before it. */
  readonly offset: number;
  /** Invalid UTF-8 is replaced by U+FFFD. */
  readonly text: string;
  /**
   * `split`: over 64 KiB, the next piece follows. `unfinished`: the launch ended without a newline. Null: a whole line.
   */
  readonly partial: 'split' | 'unfinished' | null;
  /** The position right after it, to continue without gaps or duplicates ({@link parsePosition}). */
  readonly position: string;
}

/** Output between two positions that was released, deleted or lost before this reader got to it. */
export interface LogGap {
  readonly type: 'gap';
  readonly generation: number;
  readonly stream: LogStream;
  readonly from: number;
  /** Null: everything of the launch after `from`, and all launches up to the next item. */
  readonly to: number | null;
  readonly position: string;
}

export type LogItem = LogLine | LogGap;

/**
 * Where to start reading. `tail`: the last lines of each stream. `since`: launches that wrote at or after that instant.
 */
export type LogStart =
  | { readonly type: 'oldest' }
  | { readonly type: 'after'; readonly position: LogPosition }
  | { readonly type: 'tail'; readonly lines: number; readonly since: Instant | null }
  | { readonly type: 'since'; readonly since: Instant };

/** Which output of a service to read. */
export interface LogQuery {
  readonly serviceId: ServiceId;
  /** At least one. */
  readonly streams: readonly LogStream[];
  readonly start: LogStart;
}

/** How much output of one service is kept. */
export interface LogPolicy {
  readonly serviceId: ServiceId;
  /** The newest known launch; when it changes, the retention sweep reads the folder again. */
  readonly generation: number;
  /** For all stored launches together. */
  readonly maxBytes: number;
  /** Number of launches, including the newest. */
  readonly keep: number;
}

/** `7:1234` for one stream; `7:1234,56` for both, stdout first. */
export function formatPosition({ generation, offsets: { stdout, stderr } }: LogPosition): string {
  return `${generation}:${[stdout, stderr].filter((offset) => offset !== undefined).join(',')}`;
}

const POSITION_FORM = /^(\d{1,15}):(\d{1,15})(?:,(\d{1,15}))?$/;

/** Parses a position for the streams it was made for; null if the format does not match. */
export function parsePosition(text: string, streams: readonly LogStream[]): LogPosition | null {
  const [, generation, first, second] = POSITION_FORM.exec(text) ?? [];
  if (generation === undefined || first === undefined) return null;
  const given = second === undefined ? [first] : [first, second];
  const wanted = LOG_STREAMS.filter((stream) => streams.includes(stream));
  if (given.length !== wanted.length) return null;
  const offsets = Object.fromEntries(wanted.map((stream, index) => [stream, Number(given[index])]));
  return { generation: Number(generation), offsets };
}
