import type { ServiceId } from './ids.ts';
import type { Instant } from './time.ts';

/** The two outputs of a process, each with a file of its own. */
export type LogStream = 'stdout' | 'stderr';

/** In the order in which the streams of one launch are read. */
export const LOG_STREAMS: readonly LogStream[] = ['stdout', 'stderr'];

/** Longer lines come in pieces of at most that many bytes. */
export const LINE_LIMIT = 64 * 1024;

/**
 * A place in the output of a service: how far each stream of one launch has been read, in bytes since the launch. A stream
 * that is not asked for has no offset.
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
  /** Where it begins, in bytes since the launch; stays the same however much is released before it. */
  readonly offset: number;
  /** Invalid UTF-8 is replaced by U+FFFD. */
  readonly text: string;
  /** `split`: over 64 KiB, the next piece follows. `unfinished`: the launch ended without a newline. Null: a whole line. */
  readonly partial: 'split' | 'unfinished' | null;
  /** The place right behind it, for going on without a gap and without a double line ({@link parsePosition}). */
  readonly position: string;
}

/** Output between two places that was released, deleted or lost before this reader came to it. */
export interface LogGap {
  readonly type: 'gap';
  readonly generation: number;
  readonly stream: LogStream;
  readonly from: number;
  /** Null: what the launch had behind `from`, and all launches up to the next item. */
  readonly to: number | null;
  readonly position: string;
}

export type LogItem = LogLine | LogGap;

/** Where a reading begins. `tail`: the last lines of each stream. `since`: launches that wrote at or after that instant. */
export type LogStart =
  | { readonly type: 'oldest' }
  | { readonly type: 'after'; readonly position: LogPosition }
  | { readonly type: 'tail'; readonly lines: number; readonly since: Instant | null }
  | { readonly type: 'since'; readonly since: Instant };

/** What to read of a service. */
export interface LogQuery {
  readonly serviceId: ServiceId;
  /** At least one. */
  readonly streams: readonly LogStream[];
  readonly start: LogStart;
}

/** How much of the output of one service is kept. */
export interface LogPolicy {
  readonly serviceId: ServiceId;
  /** The newest launch that is known; a change makes the sweep look at the folder anew. */
  readonly generation: number;
  /** For all kept launches together. */
  readonly maxBytes: number;
  /** Launches, the newest included. */
  readonly keep: number;
}

/** `7:1234` for one stream; `7:1234,56` for both, stdout first. */
export function formatPosition({ generation, offsets: { stdout, stderr } }: LogPosition): string {
  return `${generation}:${[stdout, stderr].filter((offset) => offset !== undefined).join(',')}`;
}

const POSITION_FORM = /^(\d{1,15}):(\d{1,15})(?:,(\d{1,15}))?$/;

/** Reads a position back for the streams that it was made for; null when it has another form. */
export function parsePosition(text: string, streams: readonly LogStream[]): LogPosition | null {
  const [, generation, first, second] = POSITION_FORM.exec(text) ?? [];
  if (generation === undefined || first === undefined) return null;
  const given = second === undefined ? [first] : [first, second];
  const wanted = LOG_STREAMS.filter((stream) => streams.includes(stream));
  if (given.length !== wanted.length) return null;
  const offsets = Object.fromEntries(wanted.map((stream, index) => [stream, Number(given[index])]));
  return { generation: Number(generation), offsets };
}
