import type { LogGap, LogItem, LogPosition, LogStream } from '../model/values/log-line.ts';
import type { Instant } from '../model/values/time.ts';

/** Which part of a stream to read. */
export interface StreamRange {
  readonly from: number;
  /** Infinity: all of it. */
  readonly to: number;
}

export type StreamRanges = ReadonlyMap<LogStream, StreamRange>;

/** Where the last lines of a stream start and end, and how many were found. */
export interface TailStart {
  readonly offset: number;
  readonly end: number;
  readonly found: number;
}

/** Where the last lines of some streams together are, and how many were found. */
export interface LastLines {
  readonly ranges: StreamRanges;
  readonly found: number;
}

export type Batches = AsyncGenerator<readonly LogItem[], void, undefined>;

/**
 * Whether whole records that were read at an offset of a log can have anything that the reader wants; false: they are
 * skipped.
 */
export type Skim = (records: Buffer, offset: number) => boolean;

/** Reads the requested streams of one launch. Close it, so that the launch can be deleted. */
export interface LaunchReader {
  readonly generation: number;
  /** Where a later reader continues without missing what this one has not given yet. */
  readonly position: string;
  /** How much of its ranges it has passed. */
  readonly passedBytes: number;
  /**
   * Reads from where the last pass has ended to the current end. What may still become longer is left to a later pass,
   * unless the launch `isOver`. Keeps files open only during a pass.
   */
  pass(isOver: boolean): Batches;
  /** Likewise, but not beyond the ends of the ranges. Also gives an empty batch after what was skipped. */
  passToEnd(isOver: boolean): Batches;
  /** The gaps to report if the launch was deleted before it was read to the end. */
  goneItems(): readonly LogGap[];
  close(): void;
}

/**
 * The output of one launch, whatever the form of its files, and whether or not there are any. Offsets are bytes since the
 * launch: of a stream if each has its own file, otherwise of the log that has the records of both.
 */
export interface LaunchOutput {
  readonly generation: number;
  /** Both streams are in one log, and their offsets are offsets of that. */
  readonly isJoint: boolean;
  /** The start of what is left of a stream. */
  startOf(stream: LogStream): number;
  /** The end of a stream, or a little behind it; null if nothing was written. */
  endOf(stream: LogStream): number | null;
  /** The offset of a stream at a position; null if the position is not one in output of this form. */
  offsetAt(position: LogPosition, stream: LogStream, streams: readonly LogStream[]): number | null;
  /** Where the last lines of some streams start, given how many lines of each are wanted. */
  tail(lines: ReadonlyMap<LogStream, number>, isOver: boolean, to: number): Promise<ReadonlyMap<LogStream, TailStart>>;
  /** Where the last lines of these streams together are before `to`, and how many there are; null: before the end. */
  lastLines(streams: readonly LogStream[], count: number, to: LogPosition | null): Promise<LastLines>;
  /** Where the output since an instant starts in a stream; null if there was none. */
  since(instant: Instant, stream: LogStream): Promise<number | null>;
  /** Where the output until an instant ends; Infinity: it is all of it. */
  until(instant: Instant): Promise<number>;
  read(ranges: StreamRanges, skim?: Skim): LaunchReader;
}
