import type { LogStream } from '../../model/values/log-line.ts';

/** `2026-11-27T10:00:00.123456789Z stdout F `: what precedes the text of a record. */
export const HEAD_BYTES = 40;
/** The longest text of a record, in bytes; a longer line has several. */
export const MAX_TEXT = 16 * 1024;
/** A piece of a longer line is cut between two characters, so it may lack as many bytes of {@link MAX_TEXT}. */
const CUT_BYTES = 3;
const TIME_BYTES = 30;
const NEWLINE = 10;
const SPACE = 32;

/** A record of a log, in the CRI log format. Its bytes are only valid until the next read. */
export interface LogRecord {
  /** In bytes since the launch. */
  readonly offset: number;
  readonly end: number;
  /** Null: what is there is no record. */
  readonly stream: LogStream | null;
  /** Whether it is the end of its line; else more of it follows. */
  readonly isEnd: boolean;
  readonly bytes: Buffer;
  /** Where in `bytes` its text is. */
  readonly from: number;
  readonly to: number;
}

/** The whole records in `bytes`, which start at `offset` with a record; what follows the last newline is left out. */
export function recordsIn(bytes: Buffer, offset: number): readonly LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    if (newline === -1) break;
    records.push(recordAt(bytes, at, newline, offset));
    at = newline + 1;
  }
  return records;
}

/** The whole records in `bytes` from the last to the first, provided that it starts with a record and ends with one. */
export function* recordsBackwards(bytes: Buffer, offset: number): Generator<LogRecord, void, undefined> {
  for (let newline = bytes.length - 1; newline >= 0;) {
    const before = newline === 0 ? -1 : bytes.lastIndexOf(NEWLINE, newline - 1);
    yield recordAt(bytes, before + 1, newline, offset);
    newline = before;
  }
}

function recordAt(bytes: Buffer, at: number, newline: number, offset: number): LogRecord {
  const stream = streamAt(bytes, at, newline);
  const from = stream === null ? at : at + HEAD_BYTES;
  const isEnd = stream === null || bytes[at + 38] === 0x46; // F
  return { offset: offset + at, end: offset + newline + 1, stream, isEnd, bytes, from, to: newline };
}

/** Damage to the disk, or an edited file, may have left anything there. */
function streamAt(bytes: Buffer, at: number, newline: number): LogStream | null {
  if (newline - at < HEAD_BYTES || bytes[at + TIME_BYTES - 1] !== 0x5a || bytes[at + TIME_BYTES] !== SPACE) return null;
  if (bytes[at + 37] !== SPACE || bytes[at + 39] !== SPACE) return null;
  const tag = bytes[at + 38];
  if (tag !== 0x46 && tag !== 0x50) return null; // F, P
  const name = bytes.toString('latin1', at + 31, at + 37);
  return name === 'stdout' || name === 'stderr' ? name : null;
}

/** When a record was read from the service. */
export function timeOf({ bytes, from }: LogRecord): string {
  return bytes.toString('latin1', from - HEAD_BYTES, from - HEAD_BYTES + TIME_BYTES);
}

/** The text of a record; what is not UTF-8 becomes U+FFFD. */
export function textOf({ bytes, from, to }: LogRecord): string {
  return bytes.toString('utf8', from, to);
}

/** Whether a record is not the end of its line only because the line is long, so that more of it certainly follows. */
export function isCut({ isEnd, from, to }: LogRecord): boolean {
  return !isEnd && to - from >= MAX_TEXT - CUT_BYTES;
}
