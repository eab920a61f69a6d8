import type { Millis } from '../../model/values/time.ts';
import type { Colors } from './colors.ts';

/** A table cell: its text and its colour. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Narrower columns are useless. */
const MIN_WIDTH = 6;
const GAP = 2;
function lineOf({ text }: Cell): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

/**
 * Shrinks the widest columns first, so that sentences are cut, and the first column last: users need whole ids to type
 * them.
 */
function fitted([first = 0, ...widths]: readonly number[], width: number): readonly number[] {
  const rest = narrowed(widths, width - first);
  const left = width - rest.reduce((sum, one) => sum + one, 0);
  return [Math.min(first, Math.max(MIN_WIDTH, left)), ...rest];
}

function narrowed(widths: readonly number[], width: number): readonly number[] {
  const result = [...widths];
  for (;;) {
    const tooMuch = result.reduce((sum, one) => sum + one, 0) - width;
    const widest = Math.max(0, ...result);
    if (tooMuch <= 0 || widest <= MIN_WIDTH) return result;
    const at = result.indexOf(widest);
    const isOne = result.lastIndexOf(widest) === at;
    const next = Math.max(MIN_WIDTH, ...result.filter((one) => one < widest));
    result[at] = isOne ? Math.max(next, widest - tooMuch) : widest - 1; // equal columns stay almost equal
  }
}

/** Cuts text to a width; the gap to the next column is added separately. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** The table head with the column names. */
export function headOf(names: readonly string[], colors: Colors): readonly Cell[] {
  return names.map((text) => ({ text, paint: colors.bold }));
}

/**
 * Formats rows in columns without borders, one line per row. With a `width` (of a terminal) the longest cells are cut
 * and end in `…`; without one nothing is cut.
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
    const cells = widths.map((width, column) => {
      const text = cut(texts[at]?.[column] ?? '', width - (column === last ? 0 : GAP));
      const padding = ' '.repeat(column === last ? 0 : width - text.length);
      return (row[column]?.paint?.(text) ?? text) + padding;
    });
    return `${cells.join('').trimEnd()}\n`;
  });
  return lines.join('');
}

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/** A duration as one word for a table, rounded down: `42s`, `3m`, `26h`, `4d`. Negative ones count as 0. */
export function age(ms: Millis): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / 1_000))}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  return ms < 2 * DAY ? `${Math.floor(ms / HOUR)}h` : `${Math.floor(ms / DAY)}d`;
}

/** The time since an instant of the API. */
export function ageSince(at: string, now: number): string {
  return age(now - Date.parse(at));
}

const UNITS = ['K', 'M', 'G', 'T'] as const;

/** An amount of memory as one short word, in powers of 1024: `512K`, `70M`, `1.5G`. */
export function memorySize(bytes: number): string {
  let amount = bytes / 1024;
  for (const unit of UNITS) {
    if (amount < 1_000) return `${amount < 10 && unit !== 'K' ? amount.toFixed(1) : Math.round(amount)}${unit}`;
    amount /= 1024;
  }
  return `${Math.round(amount)}P`;
}

/**
 * Wraps a paragraph to lines of at most `width` (longer words get their own line); all but the first begin with
 * `indent`.
 */
export function paragraph(text: string, width: number | undefined, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const available = (width ?? Infinity) - (lines.length === 0 ? 0 : indent.length);
    if (line !== '' && line.length + 1 + word.length > available) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}

/** Names and values in two columns; null values are omitted. */
export function factSheet(facts: Readonly<Record<string, string | null>>, width: number | undefined): string {
  const known = Object.entries(facts).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  const column = Math.max(0, ...known.map(([name]) => name.length)) + 2;
  const indent = ' '.repeat(column);
  const available = width === undefined ? undefined : width - column;
  return known.map(([name, value]) => `${name.padEnd(column)}${sheetValue(value, available, indent)}\n`).join('');
}

function sheetValue(value: string, available: number | undefined, indent: string): string {
  return paragraph(value, available, '').replaceAll('\n', `\n${indent}`);
}
