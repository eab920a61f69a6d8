import Table from 'cli-table3';
import type { Colors } from './colors.ts';

/** One cell: what it says, and how that is coloured. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Shorter columns say nothing any more. */
const NARROWEST = 6;
const GAP = 2;
const NO_BORDERS = Object.fromEntries(
  [
    ...['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
      side,
      `${side}-mid`,
      `${side}-left`,
      `${side}-right`,
    ]),
    ...['left-mid', 'mid-mid', 'right-mid', 'middle'],
  ].map((place) => [place, '']),
);

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
    const next = Math.max(NARROWEST, ...result.filter((one) => one < widest));
    const at = result.indexOf(widest);
    result[at] = Math.max(next === widest ? widest - 1 : next, widest - tooMuch);
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
  const all = [head, ...rows];
  const isLast = (column: number): boolean => column === head.length - 1;
  const natural = head.map((_, column) => {
    return Math.max(...all.map((row) => lineOf(row[column] ?? { text: '' }).length)) + (isLast(column) ? 0 : GAP);
  });
  const colWidths = [...(width === undefined ? natural : fitted(natural, width))];
  const layout = new Table({ chars: NO_BORDERS, style: { 'padding-left': 0, 'padding-right': 0 }, colWidths });
  for (const row of all) {
    layout.push(
      row.map((cell, column) => {
        const text = cut(lineOf(cell), (colWidths[column] ?? 0) - (isLast(column) ? 0 : GAP));
        return cell.paint?.(text) ?? text;
      }),
    );
  }
  const lines = layout.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
