import type { LogMark, StampedLine } from '../../ports/engine/log-sink.ts';

const NEWLINE = 10;
const SPACE = 32;
/** The longest stamp: `2026-11-27T10:00:00.123456789+02:00`. */
const MAX_STAMP = 36;

/** The API sent something in the place of output, with a status that says that it is output. */
export class NotOutputError extends Error {
  constructor(text: string) {
    super(`The output cannot be read: ${text}`);
  }

  override readonly name = 'NotOutputError';
}

/** A line of the API, which begins with its time. Throws a NotOutputError if it does not: then it is a sentence of the kubelet. */
export function stampedLine(bytes: Buffer): StampedLine {
  const space = bytes.subarray(0, MAX_STAMP).indexOf(SPACE);
  const stamp = bytes.toString('latin1', 0, space === -1 ? Math.min(bytes.length, MAX_STAMP) : space);
  const at = utcOf(stamp);
  if (at === null) throw new NotOutputError(bytes.toString('utf8'));
  return { at, text: space === -1 ? Buffer.alloc(0) : bytes.subarray(space + 1) };
}

/** The same instant in UTC with nine digits, as logs have it; nodes write the offset of their time zone. */
function utcOf(stamp: string): string | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(stamp);
  if (match === null) return null;
  const [, seconds = '', fraction = '', zone = ''] = match;
  const instant = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(instant)) return null;
  return `${new Date(instant).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}

/** Cuts what comes in pieces into lines; the rest behind the last newline waits for the next piece. */
export class LineCutter {
  #rest: Buffer = Buffer.alloc(0);

  lines(chunk: Buffer): readonly StampedLine[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const lines: StampedLine[] = [];
    let begin = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, begin)) {
      lines.push(stampedLine(bytes.subarray(begin, end)));
      begin = end + 1;
    }
    this.#rest = bytes.subarray(begin);
    return lines;
  }
}

/** Leaves out what a log has already of output that is read again from the second of its mark on. */
export class Resumption {
  readonly #mark: LogMark | null;
  #seen = 0;
  #isPast = false;

  constructor(mark: LogMark | null) {
    this.#mark = mark;
    this.#isPast = mark === null;
  }

  isNew({ at }: StampedLine): boolean {
    const mark = this.#mark;
    if (this.#isPast || mark === null) return true;
    if (at < mark.at) return false;
    if (at === mark.at && this.#seen < mark.count) {
      this.#seen += 1;
      return false;
    }
    this.#isPast = true;
    return true;
  }
}
