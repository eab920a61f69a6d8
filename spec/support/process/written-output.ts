import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordsIn } from '../../../lib/logs/records/record.ts';
import { segmentFile, segmentsOf } from '../../../lib/logs/records/segments.ts';
import type { LogStream } from '../../../lib/model/values/log-line.ts';

/** What a launch has written to a stream, from its files in the log folder of its service. */
export function writtenOutput(folder: string, generation: number, stream: LogStream): string {
  const plain = join(folder, `${generation}.${stream}`);
  if (existsSync(plain)) return readFileSync(plain, 'utf8');
  const place = { folder, generation };
  const records = segmentsOf(place).flatMap((start) => recordsIn(readFileSync(segmentFile(place, start)), start));
  const own = records.filter((record) => record.stream === stream);
  return own.map(({ bytes, from, to, isEnd }) => bytes.toString('utf8', from, isEnd ? to + 1 : to)).join('');
}
