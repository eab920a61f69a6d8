import picocolors from 'picocolors';
import type { TextStream } from './io.ts';

/** Adds colour codes to text, or returns it unchanged. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Plain text. */
export const NO_COLORS: Colors = picocolors.createColors(false);

/** Colours for a terminal that supports them, unless NO_COLOR (no-color.org) is set; plain text otherwise. */
export function colorsFor(stream: TextStream, env: NodeJS.ProcessEnv): Colors {
  const isWanted = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return picocolors.createColors(stream.isTTY === true && isWanted);
}
