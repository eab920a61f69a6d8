import { readFile } from 'node:fs/promises';
import type { LogMark } from '../../ports/engine/log-sink.ts';
import { recordsBackwards, recordsIn, timeOf } from '../records/record.ts';
import { segmentFile, segmentsOf, type LogPlace } from '../records/segments.ts';

/** How many bytes of a segment are whole lines: up to the end of the last record that ends its line. */
export function wholeLinesOf(bytes: Buffer): number {
  return recordsIn(bytes, 0).findLast(({ isEnd }) => isEnd)?.end ?? 0;
}

/** Where a log of whole lines ends; lines with the newest time may be in several segments. */
export async function markOf(place: LogPlace): Promise<LogMark | null> {
  let newest: string | null = null;
  let count = 0;
  for (const start of segmentsOf(place).toReversed()) {
    const bytes = await readFile(segmentFile(place, start));
    for (const record of recordsBackwards(bytes, start)) {
      if (!record.isEnd) continue;
      const at = timeOf(record);
      newest ??= at;
      if (at !== newest) return { at: newest, count };
      count += 1;
    }
  }
  return newest === null ? null : { at: newest, count };
}
