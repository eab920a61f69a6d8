import { FLOOR, LIMIT } from './figures.js';

/** Three significant digits, without an exponent: 8,432; 84.3; 0.843. */
export function format(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const text = value.toFixed(digits);
  if (size >= 100) return Number(text).toLocaleString('en-US');
  return text.replace(/\.?0+$/, '');
}

/** `12.3 (11–15)`: the median with the range of the rounds. */
export function cell(spread) {
  if (spread === null || spread === undefined) return '–';
  const { median, min, max } = spread;
  const [low, high] = [format(min), format(max)];
  return low === high ? format(median) : `${format(median)} (${low}–${high})`;
}

/** A Markdown table; the first column is aligned to the left, the others to the right. */
export function markdownTable(head, lines) {
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A cell of a peer, bold if no peer is better. */
function peerCell({ columns, best, better }, name, own) {
  const spread = columns[name];
  const text = cell(spread);
  if (name !== own || spread === undefined || best === null) return text;
  const rival = columns[best].median;
  const isFirst = better === 'more' ? spread.median >= rival : spread.median <= rival;
  return isFirst ? `**${text}**` : text;
}

const times = (ratio) => (ratio === null ? '–' : `${cell(ratio)} ×`);

/** The rows of `summarize` as a table, with one column for each peer; one of them may be the floor, which has a ratio. */
export function rowsTable(rows, peers, own) {
  const hasFloor = peers.includes(FLOOR);
  const head = ['row', ...peers, 'limit', 'to the best peer', ...(hasFloor ? ['to the floor'] : []), 'to the limit'];
  const lines = rows.map((row) => [
    `${row.title}, ${row.unit}`,
    ...peers.map((name) => peerCell(row, name, own)),
    cell(row.columns[LIMIT]),
    row.toBest === null ? '–' : `${cell(row.toBest)} × ${row.best}`,
    ...(hasFloor ? [times(row.toFloor)] : []),
    times(row.toLimit),
  ]);
  return markdownTable(head, lines);
}
