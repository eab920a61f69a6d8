import type { Colors } from './colors.ts';

/** One cell: what it says, and how that is coloured. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Shorter columns say nothing any more. */
const NARROWEST = 6;
const GAP = 2;
function lineOf({ text }: Cell): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

/** The widest columns give way first, so that sentences are cut, and the first one last: an id is there to be written again. */
function fitted([first = 0, ...widths]: readonly number[], width: number): readonly number[] {
  const rest = narrowed(widths, width - first);
  const left = width - rest.reduce((sum, one) => sum + one, 0);
  return [Math.min(first, Math.max(NARROWEST, left)), ...rest];
}

function narrowed(widths: readonly number[], width: number): readonly number[] {
  const result = [...widths];
  for (;;) {
    const tooMuch = result.reduce((sum, one) => sum + one, 0) - width;
    const widest = Math.max(0, ...result);
    if (tooMuch <= 0 || widest <= NARROWEST) return result;
    const at = result.indexOf(widest);
    const isOne = result.lastIndexOf(widest) === at;
    const next = Math.max(NARROWEST, ...result.filter((one) => one < widest));
    result[at] = isOne ? Math.max(next, widest - tooMuch) : widest - 1; // equal ones stay nearly so
  }
}

/** The gap to the next column stays free. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** The names of the columns, as a head. */
export function headOf(names: readonly string[], colors: Colors): readonly Cell[] {
  return names.map((text) => ({ text, paint: colors.bold }));
}

/**
 * Rows in columns without borders, each cell on one line. With a `width` (that of a terminal) the longest cells are cut to it and
 * end in `…`; without one nothing is lost.
 */
export function table(head: readonly Cell[], rows: readonly (readonly Cell[])[], width?: number): string {
  const texts = [head, ...rows].map((row) => head.map((_, column) => lineOf(row[column] ?? { text: '' })));
  const last = head.length - 1;
  const natural = head.map((_, column) => {
    const widest = texts.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0);
    return widest + (column === last ? 0 : GAP);
  });
  const widths = width === undefined ? natural : fitted(natural, width);
  const lines = [head, ...rows].map((row, at) => {
    const cells = widths.map((room, column) => {
      const text = cut(texts[at]?.[column] ?? '', room - (column === last ? 0 : GAP));
      const padding = ' '.repeat(column === last ? 0 : room - text.length);
      return (row[column]?.paint?.(text) ?? text) + padding;
    });
    return `${cells.join('').trimEnd()}\n`;
  });
  return lines.join('');
}
