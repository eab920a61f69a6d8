/** Colours and text styles (SGR), newline and tab. */
const HARMLESS = String.raw`\x1b\[[0-9;:]*m|[\n\t]`;
const PARTS = new RegExp(String.raw`(${HARMLESS})|[\x00-\x1f\x7f-\x9f]`, 'g');
const COLOURS = new RegExp(String.raw`\x1b\[[0-9;:]*m`);
const ALL_COLOURS = new RegExp(COLOURS, 'g');

/**
 * Text of services without what a terminal or a page would obey: colours pass, all other control characters (titles, the
 * clipboard, clearing the screen, carriage return) are shown as `^[` and the like.
 */
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

/** Whether a text has colours. */
export function hasColours(text: string): boolean {
  return COLOURS.test(text);
}
