import type { TextStream } from './io.ts';

/** Colours and other looks of text (SGR), and the two characters that only move on. */
const HARMLESS = String.raw`\x1b\[[0-9;:]*m|[\n\t]`;
const PARTS = new RegExp(String.raw`(${HARMLESS})|[\x00-\x1f\x7f-\x9f]`, 'g');
const COLOURS = new RegExp(String.raw`\x1b\[[0-9;:]*m`);
const RESET = '\x1b[0m';

/**
 * Text of services as a terminal may be given it: colours pass, everything else that a terminal acts on (titles, the clipboard,
 * clearing the screen, a return to the beginning of the line) is shown as `^[` and the like. Other streams get the text as it is.
 */
export function visibleOn({ isTTY }: TextStream, text: string): string {
  return isTTY === true ? visible(text) : text;
}

/** The same for one line of output, whose colours end with it. */
export function visibleLineOn(stream: TextStream, line: string): string {
  if (stream.isTTY !== true) return line;
  const shown = visible(line.endsWith('\r') ? line.slice(0, -1) : line);
  return COLOURS.test(shown) ? `${shown}${RESET}` : shown;
}

/** As {@link visibleOn} for what is always a terminal. */
export function visible(text: string): string {
  return text.replace(PARTS, (part, harmless: string | undefined) => harmless ?? nameOf(part.charCodeAt(0)));
}

/** Caret notation; the controls of 8 bits, which some terminals obey, have none. */
function nameOf(code: number): string {
  if (code < 0x80) return `^${String.fromCharCode(code ^ 0x40)}`;
  return `\\x${code.toString(16)}`;
}
