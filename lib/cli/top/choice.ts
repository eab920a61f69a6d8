/** What rows can be ordered by, with the key for it. */
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

/** What the user has chosen to see. */
export interface Choice {
  readonly sort: Sort;
  readonly isReversed: boolean;
  /** The first row that is seen. */
  readonly first: number;
}

/** What a key leads to. */
export type Pressed = Choice | 'quit' | 'interrupt';

/** How far keys move the rows, in rows and in pages. */
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

/** Applies one key (an escape sequence is one). `page`: rows that are seen at once; `count`: all rows. */
export function press(choice: Choice, key: string, page: number, count: number): Pressed {
  if (key === 'q') return 'quit';
  if (key === '\x03') return 'interrupt';
  const move = MOVES[key];
  if (move !== undefined) return { ...choice, first: firstRow(choice.first + move[0] + move[1] * page, page, count) };
  const sort = sortOf(key);
  if (sort === null) return choice;
  return { sort, isReversed: sort === choice.sort && !choice.isReversed, first: 0 };
}

/** The nearest first row with which no row is missed and no place is left empty. */
export function firstRow(wanted: number, page: number, count: number): number {
  return Math.max(0, Math.min(wanted, count - page));
}

/** Splits what a terminal sends at once into keys. */
export function keysIn(text: string): readonly string[] {
  // eslint-disable-next-line no-control-regex -- keys are sent as control sequences
  return text.match(/\x1b\[[0-9;]*[A-Za-z~]|[^]/g) ?? [];
}

function sortOf(key: string): Sort | null {
  // Object.keys forgets the type of the keys
  const names = Object.keys(SORTS) as Sort[];
  return names.find((name) => SORTS[name] === key) ?? null;
}
