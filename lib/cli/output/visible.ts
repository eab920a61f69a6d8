import type { TextStream } from './io.ts';

/** Colours and text styles (SGR), newline and tab. */
const HARMLESS = String.raw`\x1b\[[0-9;:]*m|[\n\t]`;
const PARTS = new RegExp(String.raw`(${HARMLESS})|[\x00-\x1f\x7f-\x9f]`, 'g');
const COLOURS = new RegExp(String.raw`\x1b\[[0-9;:]*m`);
const ALL_COLOURS = new RegExp(COLOURS, 'g');
const RESET = '\x1b[0m';

/**
 * Makes text of services safe for a terminal: colours pass, all other control characters (titles, the clipboard,
 * clearing the screen, carriage return) are shown as `^[` and the like. Other streams get the text unchanged.
 */
export function visibleOn({ isTTY }: TextStream, text: string): string {
  return isTTY === true ? visible(text) : text;
}

/** The same for one line of output; its colours end with it. */
export function visibleLineOn(stream: TextStream, line: string): string {
  if (stream.isTTY !== true) return line;
  const shown = visible(line.endsWith('\r') ? line.slice(0, -1) : line);
  return COLOURS.test(shown) ? `${shown}${RESET}` : shown;
}

/** Like {@link visibleOn}, for a stream that is always a terminal. */
export function visible(text: string): string {
  return text.replace(PARTS, (part, harmless: string | undefined) => harmless ?? nameOf(part.charCodeAt(0)));
}

/** The same without colours, as one line. */
export function plain(text: string): string {
  return visible(text.replace(ALL_COLOURS, '')).replaceAll('\t', '  ');
}

/** Caret notation; 8-bit control characters, which some terminals interpret, have none. */
function nameOf(code: number): string {
  if (code < 0x80) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `\\x${code.toString(16)}`;
}
