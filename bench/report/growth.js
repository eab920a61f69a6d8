import { cell, markdownTable } from './table.js';

/** Smaller numbers have a large share of what does not grow. */
const FROM = 1_000;

/** The slope of a straight line through points, by least squares. */
function slopeOf(points) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [atX, atY] = [mean(([x]) => x), mean(([, y]) => y)];
  const over = points.reduce((sum, [x, y]) => sum + (x - atX) * (y - atY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - atX) ** 2, 0);
  return over / under;
}

/**
 * The exponent k of `total = c × services^k` through these figures, from 1,000 services on where two of them are: 1 is a cost per
 * service that stays the same. Null: there are not two. `figures` are `[services, total]`.
 */
export function exponentOf(figures) {
  const large = figures.filter(([count]) => count >= FROM);
  const used = (large.length > 1 ? large : figures).filter(([, total]) => total > 0);
  return used.length > 1 ? slopeOf(used.map(([count, total]) => [Math.log(count), Math.log(total)])) : null;
}

/**
 * The rows of `summarize` that were measured for several numbers of services: the column `own` of each number, and the
 * exponent with which the total grows. Null: there is no such row. A row that is `perService` is a share of the total.
 */
export function growthTable(rows, counts, own) {
  const named = rows.flatMap((row) => {
    const count = counts.find((one) => row.id.endsWith(`-${one}`));
    if (count === undefined || row.plain || row.columns[own] === undefined) return [];
    return [{ row, count, kind: row.id.slice(0, -`-${count}`.length), spread: row.columns[own] }];
  });
  const kinds = [...new Set(named.map(({ kind }) => kind))].map((kind) => named.filter((one) => one.kind === kind));
  const lines = kinds
    .filter((ofKind) => ofKind.length > 1)
    .map((ofKind) => {
      const [{ row, count }] = ofKind;
      const title = row.title.replaceAll(count.toLocaleString('en-US'), 'N').replace(/^… /, '');
      const exponent = exponentOf(
        ofKind.map((one) => [one.count, one.spread.median * (row.perService ? one.count : 1)]),
      );
      return [
        `${title}, ${row.unit}`,
        ...counts.map((each) => cell(ofKind.find((one) => one.count === each)?.spread)),
        exponent === null ? '–' : exponent.toFixed(2),
      ];
    });
  if (lines.length === 0) return null;
  return markdownTable(
    ['N services', ...counts.map((count) => count.toLocaleString('en-US')), 'exponent of the total'],
    lines,
  );
}
