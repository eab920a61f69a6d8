import Anser from 'anser';
import { lastState } from '../../../../client/last-state.ts';
import { escaped } from '../../../../frontend/logs/expression.ts';

/** Colours and text styles (SGR). */
const STYLES = new RegExp(String.raw`\x1b\[[0-9;:]*m`, 'g');
/** Erasing the line up to its end, which shows nothing. */
const ERASE = new RegExp(String.raw`\x1b\[[0-2]?K`, 'g');
/** Tab is shown as such. */
const CONTROLS = new RegExp(String.raw`(\x1b\[[0-9;:]*m)|[\x00-\x08\x0a-\x1f\x7f-\x9f]`, 'g');

/** Text in one style. */
export interface Piece {
  readonly text: string;
  /** `r, g, b`; null: that of the page. */
  readonly foreground: string | null;
  readonly background: string | null;
  readonly decorations: readonly string[];
  /** It matches the search. */
  readonly isMatch: boolean;
}

/** Caret notation; 8-bit control characters have none. */
function nameOf(code: number): string {
  return code < 0x80 ? `^${String.fromCharCode(code ^ 0x40)}` : `\\x${code.toString(16)}`;
}

/** The fields of a style may be separated by colons, and a colour then has one more: its colour space. */
function withoutColons(style: string): string {
  if (!style.includes(':')) return style;
  const fields = style.replace(/([34]8):2:\d*:(\d+):(\d+):(\d+)/g, '$1;2;$2;$3;$4').replace(/([34]8):5:/g, '$1;5;');
  return fields.replace(/([34]8):2:(\d+):(\d+):(\d+)/g, '$1;2;$2;$3;$4').replace(/:\d*/g, '');
}

/** A line as a terminal shows it in the end, with its styles and with other control characters made visible. */
function visible(line: string): string {
  const text = lastState(line).replace(ERASE, '');
  return text.replace(CONTROLS, (part, style: string | undefined) =>
    style === undefined ? nameOf(part.charCodeAt(0)) : withoutColons(style),
  );
}

/** The text of a line without its styles. */
export function plainText(line: string): string {
  return visible(line).replace(STYLES, '');
}

const UNSTYLED = { foreground: null, background: null, decorations: [], isMatch: false };

/** A line in pieces of one style each. */
export function styledPieces(line: string): readonly Piece[] {
  const text = visible(line);
  if (!text.includes('\x1b')) return [{ ...UNSTYLED, text }];
  const pieces = Anser.ansiToJson(text, { remove_empty: true });
  return pieces.map(({ content, fg, bg, decorations }) => ({
    ...{ text: content, decorations, isMatch: false },
    foreground: fg,
    background: bg,
  }));
}

/** The pieces, cut at the places that match a text, ignoring case. */
export function withMatches(pieces: readonly Piece[], text: string): readonly Piece[] {
  if (text === '') return pieces;
  const whole = pieces.map((piece) => piece.text).join('');
  const cuts = [...whole.matchAll(new RegExp(escaped(text), 'giu'))].flatMap((match) => [
    match.index,
    match.index + match[0].length,
  ]);
  if (cuts.length === 0) return pieces;
  const cut: Piece[] = [];
  let at = 0;
  let next = 0; // the index of the next cut; what is after an odd number of cuts matches
  for (const piece of pieces) {
    const end = at + piece.text.length;
    const start = at;
    while (at < end) {
      while ((cuts[next] ?? Infinity) <= at) next += 1;
      const to = Math.min(end, cuts[next] ?? Infinity);
      cut.push({ ...piece, text: piece.text.slice(at - start, to - start), isMatch: next % 2 === 1 });
      at = to;
    }
  }
  return cut;
}
