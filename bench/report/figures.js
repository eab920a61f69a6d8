import { ratioOf, spreadOf } from './statistics.js';

/** The column of what the machine allows; it is no peer. */
export const LIMIT = 'limit';
/** The column of the smallest program that keeps the promises of the host; it is no peer either. */
export const FLOOR = 'floor';
const NO_PEERS = [LIMIT, FLOOR];

/** The figures of a run as they come in: one for each row, column and round. */
export function createFigures() {
  const rows = new Map();
  const cellOf = (row, column) => {
    if (!rows.has(row)) rows.set(row, new Map());
    const cells = rows.get(row);
    if (!cells.has(column)) cells.set(column, []);
    return cells.get(column);
  };
  return {
    note: (row, column, round, value) => void cellOf(row, column).push({ round, value }),
    of: (row, column) => rows.get(row)?.get(column) ?? [],
    ids: () => [...rows.keys()],
    columns: (row) => [...(rows.get(row)?.keys() ?? [])],
  };
}

/** The peers of a row, the best first; a row in which less is better begins with the smallest. */
function ranked(columns, better) {
  const direction = better === 'more' ? -1 : 1;
  return Object.entries(columns)
    .filter(([name, spread]) => !NO_PEERS.includes(name) && spread !== null)
    .sort(([, a], [, b]) => direction * (a.median - b.median))
    .map(([name]) => name);
}

/**
 * The rows with figures: for each column median and range of its rounds, and of the column `own` how many times it is
 * the best other peer, the floor and the limit. `titles` describes each row: `{ id, title, unit, better }`; a row that is `plain`
 * has no ratio.
 */
export function summarize(figures, titles, own) {
  return titles.flatMap((row) => {
    const names = figures.columns(row.id);
    if (names.length === 0) return [];
    const columns = Object.fromEntries(
      names.map((name) => [name, spreadOf(figures.of(row.id, name).map(({ value }) => value))]),
    );
    const best = ranked(columns, row.better).find((name) => name !== own) ?? null;
    const ratio = (other) =>
      row.plain || other === null ? null : ratioOf(figures.of(row.id, own), figures.of(row.id, other));
    return [{ ...row, columns, best, toBest: ratio(best), toFloor: ratio(FLOOR), toLimit: ratio(LIMIT) }];
  });
}
