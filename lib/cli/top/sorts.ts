/** Sort orders and their keys. */
export const SORTS = {
  attention: 'a',
  state: 's',
  cpu: 'c',
  memory: 'm',
  restarts: 'r',
  for: 'f',
  id: 'i',
} as const;

/** One of {@link SORTS}. */
export type Sort = keyof typeof SORTS;

/** The order of rows. */
export interface Order {
  readonly sort: Sort;
  readonly isReversed: boolean;
}
