import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogStream } from '../../model/values/log-line.ts';
import { codeOf } from '../error-code.ts';
import type { LogRecord } from './record.ts';
import type { LogPlace } from './segments.ts';

/** How many bytes of each stream the disk did not take at one place of a log. */
export type UnwrittenBytes = Readonly<Record<LogStream, number>>;

/** The record that a shim writes behind a gap, for people and other readers. */
const GAP_TEXT = Buffer.from('[coredinator] gap: ');

/**
 * What the shim could not write where it says so in a record; null: that record is the service's own. The service can
 * write the same text, so only the file next to the log is believed.
 */
export function unwrittenAt(
  place: LogPlace,
  { stream, isEnd, bytes, from, to, offset }: LogRecord,
): UnwrittenBytes | null {
  if (stream !== 'stderr' || !isEnd || to - from < GAP_TEXT.length) return null;
  if (GAP_TEXT.compare(bytes, from, from + GAP_TEXT.length) !== 0) return null;
  return gapsOf(place).get(offset) ?? null;
}

/** By the offset of its record, every gap of a launch. The shim repeats a line if it was killed behind it. */
export function gapsOf({ folder, generation }: LogPlace): ReadonlyMap<number, UnwrittenBytes> {
  const gaps = new Map<number, UnwrittenBytes>();
  for (const line of textIn(join(folder, `${generation}.gaps`)).split('\n')) {
    const gap = parse(line);
    if (gap !== null) gaps.set(gap.offset, gap.bytes);
  }
  return gaps;
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Null also for a line that the shim is still writing. */
function parse(line: string): { readonly offset: number; readonly bytes: UnwrittenBytes } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { offset, stdout, stderr } = value as Readonly<Record<string, unknown>>; // any object; each field is checked
  return isCount(offset) && isCount(stdout) && isCount(stderr) ? { offset, bytes: { stdout, stderr } } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
