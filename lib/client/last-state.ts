/** Colours and text styles (SGR). */
const STYLES = new RegExp(String.raw`\x1b\[[0-9;:]*m`, 'g');

/**
 * What a terminal shows in the end of a line that was written over with `\r`, such as a progress display, in the style
 * that holds there. Other lines stay as they are, except that a `\r` at the end shows nothing.
 */
export function lastState(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end -= 1;
  if (end === 0) return '';
  const from = line.lastIndexOf('\r', end - 1) + 1;
  return (line.slice(0, from).match(STYLES) ?? []).join('') + line.slice(from, end);
}

/** The same of a line that may continue: what follows a `\r` at its end writes over it. */
export function lastStateSoFar(line: string): string {
  return lastState(line) + (line.endsWith('\r') ? '\r' : '');
}
