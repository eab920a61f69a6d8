import { hasColours, visible } from '../../frontend/words/visible.ts';
import type { TextStream } from './io.ts';

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
  return hasColours(shown) ? `${shown}${RESET}` : shown;
}
