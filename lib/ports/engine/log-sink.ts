import type { ServiceId } from '../../model/values/ids.ts';

/** A line of output, without its end. */
export interface StampedLine {
  /** When it was written, in UTC with nanoseconds: `2026-11-27T10:00:00.123456789Z`. */
  readonly at: string;
  readonly text: Buffer;
}

/** Where a log ends: the time of its newest line, and how many lines have exactly that time. */
export interface LogMark {
  readonly at: string;
  readonly count: number;
}

/** The log of one launch, open for writing. Only one may be. */
export interface LaunchLog {
  /** Null: there is no line yet. */
  readonly mark: LogMark | null;

  /**
   * Appends whole lines, all as `stdout`. A time before that of the line before it becomes the same, since a log is sorted. If
   * it rejects, the same call may be repeated.
   */
  append(lines: readonly StampedLine[]): Promise<void>;
  close(): Promise<void>;
}

/** Writes the output of launches that no shim of this machine writes, so that it is read like that of all others. */
export interface LogSink {
  /** Continues behind the last whole line. */
  open(serviceId: ServiceId, generation: number, maxBytes: number): Promise<LaunchLog>;
}
