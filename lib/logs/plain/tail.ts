import type { TailStart } from '../launch-output.ts';
import type { LogPlace } from './files.ts';
import type { ReleasedOffsets } from './released-offsets.ts';
import { LogSource } from './source.ts';

const CHUNK = 64 * 1024;
const NEWLINE = 10;

/**
 * Searches backwards for the start of the last `lines` lines. What follows the last newline counts as a line if the
 * launch is over. Only what is before `limit` is searched.
 */
export async function tailOf(
  place: LogPlace,
  releasedOffsets: ReleasedOffsets,
  lines: number,
  isOver: boolean,
  limit = Infinity,
): Promise<TailStart> {
  const size = releasedOffsets.endOf(place.file);
  if (size === null) return { offset: 0, end: limit, found: 0 };
  const end = Math.min(size, limit);
  const source = new LogSource(place.file, releasedOffsets);
  try {
    return await search(source, releasedOffsets.of(place.file).head, end, lines, isOver);
  } finally {
    await source.close();
  }
}

async function search(
  source: LogSource,
  head: number,
  end: number,
  lines: number,
  isOver: boolean,
): Promise<TailStart> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  // The search ends at the newline before the first wanted line, so at one more than the wanted lines have.
  let wanted = lines + 1;
  let newlines = 0;
  let last = end; // right after the last newline, unless the rest counts as a line
  for (let to = end; to > head;) {
    const from = Math.max(head, to - CHUNK);
    const count = await fill(source, buffer, from, to - from);
    // Fewer bytes than expected: they were released during the search.
    if (count < to - from) return { offset: to, end: last, found: Math.max(0, newlines - 1) };
    if (to === end && isOver && buffer[count - 1] !== NEWLINE) wanted -= 1;
    if (wanted === 0) return { offset: end, end, found: lines };
    for (
      let at = buffer.lastIndexOf(NEWLINE, count - 1);
      at >= 0;
      at = at === 0 ? -1 : buffer.lastIndexOf(NEWLINE, at - 1)
    ) {
      newlines += 1;
      if (newlines === 1 && !isOver) last = from + at + 1;
      if (newlines === wanted) return { offset: from + at + 1, end: last, found: lines };
    }
    to = from;
  }
  return { offset: head, end: last, found: Math.min(lines, newlines + (lines + 1 - wanted)) };
}

async function fill(source: LogSource, buffer: Buffer, from: number, length: number): Promise<number> {
  let filled = 0;
  while (filled < length) {
    const read = await source.read(buffer, filled, length - filled, from + filled);
    if (read.type !== 'bytes' || read.count === 0) break;
    filled += read.count;
  }
  return filled;
}
