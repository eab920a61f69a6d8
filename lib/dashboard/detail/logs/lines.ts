import type { LogItemView } from '../../../api/schemas/log.ts';

/** How many lines the page keeps; older ones are dropped here, but not on the host. */
export const MAX_LINES = 5_000;

/** A row of output. */
export interface LogRow {
  /** Unique. */
  readonly key: number;
  readonly item: LogItemView;
  /** Whether it is the first row of a new launch. */
  readonly isFirst: boolean;
}

/** The output so far. */
export interface LogRows {
  readonly rows: readonly LogRow[];
  readonly dropped: number;
}

export const NO_ROWS: LogRows = { rows: [], dropped: 0 };

/** Appends lines, and drops the oldest beyond the limit. */
export function withLines({ rows, dropped }: LogRows, items: readonly LogItemView[]): LogRows {
  let last = rows.at(-1);
  const added = items.map((item) => {
    const isFirst = last !== undefined && last.item.generation !== item.generation;
    return (last = { key: (last?.key ?? 0) + 1, item, isFirst });
  });
  const all = [...rows, ...added];
  const over = Math.max(0, all.length - MAX_LINES);
  return { rows: over === 0 ? all : all.slice(over), dropped: dropped + over };
}

/** Colours and text styles (SGR) of a terminal. */
const STYLES = new RegExp(String.raw`\x1b\[[0-9;:]*m`, 'g');

/** A line as a terminal shows it in the end: of one that was written over with `\r`, the last state; without styles. */
function shown(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end).replaceAll(STYLES, '');
}

/** The text of a row. */
export function textOf(item: LogItemView): string {
  if ('text' in item) return shown(item.text);
  return item.unwritten === undefined
    ? 'Output is missing here, because the host has deleted it.'
    : 'Output is missing here, because the disk did not take it.';
}

/** The rows that contain a text, ignoring case. */
export function found(rows: readonly LogRow[], text: string): readonly LogRow[] {
  if (text === '') return rows;
  const needle = text.toLowerCase();
  return rows.filter(({ item }) => textOf(item).toLowerCase().includes(needle));
}

/** Splits a line at the matches of a search; matches are at odd indexes. */
export function pieces(line: string, text: string): readonly string[] {
  if (text === '') return [line];
  const parts: string[] = [];
  const haystack = line.toLowerCase();
  const needle = text.toLowerCase();
  let from = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, from)) {
    parts.push(line.slice(from, at), line.slice(at, at + needle.length));
    from = at + needle.length;
  }
  return [...parts, line.slice(from)];
}

/** The text as an expression that matches it literally, ignoring case. */
export function literally(text: string): string {
  return `(?i)${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}`;
}
