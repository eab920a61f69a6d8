/** How far a key scrolls, in rows and in pages. */
export interface Move {
  readonly rows: number;
  readonly pages: number;
}

/** The nearest number between 0 and `most`. */
export function within(wanted: number, most: number): number {
  return Math.max(0, Math.min(wanted, most));
}

/** Where a move from `at` leads among `count` rows. */
export function moved(at: number, { rows, pages }: Move, page: number, count: number): number {
  return within(at + rows + pages * page, Math.max(0, count - 1));
}

/** The first visible row: as before, if the row `at` is then visible, and so that the page is full. */
export function firstVisible(before: number, at: number, page: number, count: number): number {
  return within(Math.min(at, Math.max(before, at - page + 1)), Math.max(0, count - page));
}
