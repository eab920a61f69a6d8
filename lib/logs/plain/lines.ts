import { LINE_LIMIT } from '../../model/values/log-line.ts';

const NEWLINE = 10;

/** One line of the output, or a piece of a long one. */
export interface RawLine {
  readonly offset: number;
  /** The offset right after it, including its newline. */
  readonly end: number;
  readonly text: string;
  readonly isSplit: boolean;
}

/**
 * The complete lines in `bytes`, which start at `offset`. What follows the last newline is left out, unless it exceeds
 * the limit of a line: then it is split, between two characters if it is UTF-8.
 */
export function linesIn(bytes: Buffer, offset: number): readonly RawLine[] {
  const lines: RawLine[] = [];
  let at = 0;
  while (at < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.length : newline;
    if (end - at > LINE_LIMIT) {
      const cut = cutOf(bytes, at);
      lines.push({ offset: offset + at, end: offset + cut, text: bytes.toString('utf8', at, cut), isSplit: true });
      at = cut;
      continue;
    }
    if (newline === -1) break;
    lines.push({
      offset: offset + at,
      end: offset + newline + 1,
      text: bytes.toString('utf8', at, newline),
      isSplit: false,
    });
    at = newline + 1;
  }
  return lines;
}

/** The end of a piece that starts at `at`: at most three bytes before the limit, to avoid splitting a character. */
function cutOf(bytes: Buffer, at: number): number {
  const limit = at + LINE_LIMIT;
  let cut = limit;
  while (cut > limit - 4 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut > limit - 4 ? cut : limit;
}

/** The number of leading NULs in `bytes`; a hole at the head of a file reads as NULs. */
export function nulsIn(bytes: Buffer): number {
  const index = bytes.findIndex((byte) => byte !== 0);
  return index === -1 ? bytes.length : index;
}
