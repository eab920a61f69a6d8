import type { LineAddress } from './source.ts';
import { continued, isRowOf, rowOf } from './row.ts';
import type { LogItem, LogRow } from './row.ts';

/** The most rows that the page keeps; what is further away is read again when it is scrolled to. */
export const MAX_ROWS = 10_000;
/** What is followed is kept in parts of about this many rows, which are dropped as a whole. */
const PART_ROWS = 1_000;

/** Consecutive output that the host has given. */
export interface LogPage {
  readonly items: readonly LogItem[];
  /** Where it begins; null: nothing that can be read is before it. */
  readonly start: string | null;
  /** Where it ends; null: nothing has ever been written. */
  readonly end: string | null;
}

interface Part {
  readonly start: string | null;
  readonly end: string | null;
  readonly rows: readonly LogRow[];
}

/** The part of the output that the page has. */
export interface LogWindow {
  readonly parts: readonly Part[];
  /** Those of all parts. */
  readonly rows: readonly LogRow[];
}

export const EMPTY_WINDOW: LogWindow = { parts: [], rows: [] };

function windowOf(parts: readonly Part[]): LogWindow {
  return { parts, rows: parts.flatMap(({ rows }) => rows) };
}

/** The position before its first row; null: nothing is before it. */
export function startOf({ parts }: LogWindow): string | null {
  return parts[0]?.start ?? null;
}

/** The position after its last row; null: nothing has ever been written. */
export function endOf({ parts }: LogWindow): string | null {
  return parts.at(-1)?.end ?? null;
}

/** Rows of items; those that continue an unfinished line become one row with it. */
function rowsOf(items: readonly LogItem[], before: readonly LogRow[], firstKey: number): readonly LogRow[] {
  const rows = [...before];
  let key = firstKey;
  for (const item of items) {
    const last = rows.at(-1);
    const joined = last === undefined ? null : continued(last, item);
    if (joined !== null) rows[rows.length - 1] = joined;
    else rows.push(rowOf(item, key++));
  }
  return rows;
}

/** The window with a page after its end. */
export function withNewer(window: LogWindow, { items, start, end }: LogPage): LogWindow {
  const key = (window.rows.at(-1)?.key ?? -1) + 1;
  return windowOf([...window.parts, { start, end, rows: rowsOf(items, [], key) }]);
}

/** The window with a page before its start. */
export function withOlder(window: LogWindow, { items, start, end }: LogPage): LogWindow {
  const first = window.rows[0]?.key ?? 0;
  return windowOf([{ start, end, rows: rowsOf(items, [], first - items.length) }, ...window.parts]);
}

/** The window with output that was followed since its end, up to a position. */
export function withFollowed(window: LogWindow, items: readonly LogItem[], position: string | null): LogWindow {
  const last = window.parts.at(-1);
  const key = (window.rows.at(-1)?.key ?? -1) + 1;
  const end = position ?? endOf(window);
  if (last === undefined || last.rows.length >= PART_ROWS) {
    const start = last?.end ?? null;
    return windowOf([...window.parts, { start, end, rows: rowsOf(items, [], key) }]);
  }
  return windowOf([...window.parts.slice(0, -1), { start: last.start, end, rows: rowsOf(items, last.rows, key) }]);
}

function trimmed(window: LogWindow, rest: (parts: readonly Part[]) => readonly Part[]): LogWindow {
  let { parts } = window;
  let count = window.rows.length;
  while (count > MAX_ROWS && parts.length > 1) {
    parts = rest(parts);
    count = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  }
  return parts === window.parts ? window : windowOf(parts);
}

/** The window without its oldest parts, if it has too many rows. */
export function withoutOldest(window: LogWindow): LogWindow {
  return trimmed(window, (parts) => parts.slice(1));
}

/** The window without its newest parts, if it has too many rows. */
export function withoutNewest(window: LogWindow): LogWindow {
  return trimmed(window, (parts) => parts.slice(0, -1));
}

/** The index of the row of a line; -1: the window does not have it. */
export function indexOfLine({ rows }: LogWindow, line: LineAddress): number {
  return rows.findIndex((row) => isRowOf(line, row));
}
