import type { Millis } from '../../model/values/time.ts';
import type { Colors } from './colors.ts';

/** A table cell: its text and its colour. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** The name of a column. `keeps`: it is never cut. `yields`: it is cut before all others, and omitted in the end. */
export interface HeadCell extends Cell {
  readonly room?: 'keeps' | 'yields';
}

/** Columns that people act on are never cut; those that say where something comes from are the first that are. */
const ROOMS: Readonly<Partial<Record<string, HeadCell['room']>>> = {
  STATE: 'keeps',
  PID: 'keeps',
  CONFIG: 'yields',
  AGENTS: 'yields',
};

/** Narrower columns are useless. */
const MIN_WIDTH = 6;
const GAP = 2;
function lineOf({ text }: Cell): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

/**
 * Shrinks columns until the lines fit: those that yield, then sentences, of each the widest first; then those that
 * yield are omitted, and the first column is cut last, because users need whole ids to type them.
 */
function fitted(natural: readonly number[], head: readonly HeadCell[], width: number): readonly number[] {
  const isOther = (column: number): boolean => column > 0 && head[column]?.room === undefined;
  const doesYield = (column: number): boolean => column > 0 && head[column]?.room === 'yields';
  const narrow = narrowed(narrowed(natural, width, doesYield), width, isOther);
  if (sumOf(narrow) <= width) return narrow;
  const omitted = narrow.map((one, column) => (doesYield(column) ? 0 : one));
  return narrowed(omitted, width, (column) => column === 0);
}

function sumOf(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, 0);
}

/** Shrinks the widest of these columns first, down to the least width. */
function narrowed(widths: readonly number[], width: number, mayShrink: (column: number) => boolean): readonly number[] {
  const result = [...widths];
  for (;;) {
    const tooMuch = sumOf(result) - width;
    const chosen = result.filter((_, column) => mayShrink(column));
    const widest = Math.max(0, ...chosen);
    if (tooMuch <= 0 || widest <= MIN_WIDTH) return result;
    const columns = [...result.keys()].filter((column) => mayShrink(column) && result[column] === widest);
    const next = Math.max(MIN_WIDTH, ...chosen.filter((one) => one < widest));
    const at = columns[0] ?? 0;
    result[at] = columns.length === 1 ? Math.max(next, widest - tooMuch) : widest - 1; // equal columns stay almost equal
  }
}

/** Cuts text to a width; the gap to the next column is added separately. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** The table head with the column names. */
export function headOf(names: readonly string[], colors: Colors): readonly HeadCell[] {
  return names.map((text) => {
    const room = ROOMS[text];
    return { text, paint: colors.bold, ...(room === undefined ? {} : { room }) };
  });
}

/**
 * Formats rows in columns without borders, one line per row. With a `width` (of a terminal) the longest cells are cut
 * and end in `…`, as `room` of their columns says; without one nothing is cut.
 */
export function table(head: readonly HeadCell[], rows: readonly (readonly Cell[])[], width?: number): string {
  const texts = [head, ...rows].map((row) => head.map((_, column) => lineOf(row[column] ?? { text: '' })));
  const last = head.length - 1;
  const natural = head.map((_, column) => {
    const widest = texts.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0);
    return widest + (column === last ? 0 : GAP);
  });
  const widths = width === undefined ? natural : fitted(natural, head, width);
  const lines = [head, ...rows].map((row, at) => {
    const cells = widths.map((width, column) => {
      if (width === 0) return '';
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

/** Wraps each line of a text like a paragraph; what a line begins with is repeated. */
export function wrapped(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const lines = text.split('\n').map((line) => {
    const [start = ''] = /^ */.exec(line) ?? [];
    return start + paragraph(line, width - start.length).replaceAll('\n', `\n${start}`);
  });
  return lines.join('\n');
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
