import picocolors from 'picocolors';
import type { TextStream } from './io.ts';

/** Wraps text in the codes of colours, or leaves it as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a terminal that can show them, unless NO_COLOR (no-color.org) is set; anything else gets plain text. */
export function colorsFor(stream: TextStream, env: NodeJS.ProcessEnv): Colors {
  const isWanted = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return picocolors.createColors(stream.isTTY === true && isWanted);
}
