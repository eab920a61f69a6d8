import type { LogItemView } from '../../../api/schemas/log.ts';

/** So many lines the page keeps; older ones are dropped, and stay with the host. */
export const MOST_LINES = 5_000;

/** One row of the output. */
export interface LogRow {
  /** Never given twice. */
  readonly key: number;
  readonly item: LogItemView;
  /** Whether a new launch begins with it. */
  readonly isFirst: boolean;
}

/** The output so far. */
export interface LogRows {
  readonly rows: readonly LogRow[];
  readonly dropped: number;
}

export const NO_ROWS: LogRows = { rows: [], dropped: 0 };

/** With more lines at the end, and without the oldest where there are too many. */
export function withLines({ rows, dropped }: LogRows, items: readonly LogItemView[]): LogRows {
  let last = rows.at(-1);
  const added = items.map((item) => {
    const isFirst = last !== undefined && last.item.generation !== item.generation;
    return (last = { key: (last?.key ?? 0) + 1, item, isFirst });
  });
  const all = [...rows, ...added];
  const over = Math.max(0, all.length - MOST_LINES);
  return { rows: over === 0 ? all : all.slice(over), dropped: dropped + over };
}

/** What a row says. */
export function textOf(item: LogItemView): string {
  return 'text' in item ? item.text : 'Output that the host has released is missing here.';
}

/** The rows that have a text in them, in any case. */
export function found(rows: readonly LogRow[], text: string): readonly LogRow[] {
  if (text === '') return rows;
  const needle = text.toLowerCase();
  return rows.filter(({ item }) => textOf(item).toLowerCase().includes(needle));
}

/** A line in pieces: at odd places what was searched for. */
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
