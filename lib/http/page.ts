import { RequestError } from './problem.ts';

/** Which part of a list is asked for. */
interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A part of a list. */
interface Page<T> {
  readonly items: readonly T[];
  /** The `cursor` of the following page; null at the end. */
  readonly next: string | null;
}

/**
 * A page of those that are wanted. The cursor is the last id of the page before: a place in a list that can shrink needs a name, not a
 * number; that one need not be wanted any more. Throws RequestError when it is gone; `what` is what it was.
 */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  { limit, cursor }: PageQuery,
  what: string,
  isWanted: (item: T) => boolean = () => true,
): Page<T> {
  const last = cursor === undefined ? -1 : all.findIndex(({ id }) => id === cursor);
  if (last === -1 && cursor !== undefined) {
    const message = `names the ${what} "${cursor}", which is gone; begin again without a cursor`;
    throw new RequestError('invalid_request', `"cursor" ${message}.`, { issues: [{ path: 'cursor', message }] });
  }
  const rest = all.slice(last + 1).filter(isWanted);
  const items = rest.slice(0, limit);
  return { items, next: rest.length > items.length ? (items.at(-1)?.id ?? null) : null };
}
