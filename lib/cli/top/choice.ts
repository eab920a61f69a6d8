/** Sort orders and their keys. */
export const SORTS = {
  cpu: 'c',
  memory: 'm',
  restarts: 'r',
  state: 's',
  for: 'f',
  id: 'i',
} as const;

/** One of {@link SORTS}. */
export type Sort = keyof typeof SORTS;

/** The user's current selection. */
export interface Choice {
  readonly sort: Sort;
  readonly isReversed: boolean;
  /** The first visible row. */
  readonly first: number;
}

/** The effect of a key press. */
export type Pressed = Choice | 'quit' | 'interrupt';

/** How far keys scroll, in rows and in pages. */
const MOVES: Readonly<Partial<Record<string, readonly [rows: number, pages: number]>>> = {
  '\x1b[A': [-1, 0],
  '\x1b[B': [1, 0],
  k: [-1, 0],
  j: [1, 0],
  '\x1b[5~': [0, -1],
  '\x1b[6~': [0, 1],
  '\x1b[H': [-Infinity, 0],
  '\x1b[F': [Infinity, 0],
};

/** Applies one key (or escape sequence). `page`: number of visible rows; `count`: number of all rows. */
export function press(choice: Choice, key: string, page: number, count: number): Pressed {
  if (key === 'q') return 'quit';
  if (key === '\x03') return 'interrupt';
  const move = MOVES[key];
  if (move !== undefined) return { ...choice, first: firstRow(choice.first + move[0] + move[1] * page, page, count) };
  const sort = sortOf(key);
  if (sort === null) return choice;
  return { sort, isReversed: sort === choice.sort && !choice.isReversed, first: 0 };
}

/** The nearest first row for which the page is full. */
export function firstRow(wanted: number, page: number, count: number): number {
  return Math.max(0, Math.min(wanted, count - page));
}

/** Splits terminal input into keys. */
export function keysIn(text: string): readonly string[] {
  // eslint-disable-next-line no-control-regex -- keys are sent as control sequences
  return text.match(/\x1b\[[0-9;]*[A-Za-z~]|[^]/g) ?? [];
}

function sortOf(key: string): Sort | null {
  // Object.keys loses the key type.
  const names = Object.keys(SORTS) as Sort[];
  return names.find((name) => SORTS[name] === key) ?? null;
}
