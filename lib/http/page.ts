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

/** So many cursors are remembered; who pages asks for the next page soon. */
const MOST_CURSORS = 10_000;

/**
 * Pages of one list that grows at its end and shrinks anywhere. A cursor is the id of the last item of a page; its place in the order is
 * remembered, so that the following page begins there also when that item is gone by then. After a restart of the host only what is
 * still there has a place.
 */
export class Pages {
  readonly #what: string;
  /** Growing numbers in the order of the list, for those that it held at the last look. */
  #places = new Map<string, number>();
  #newest = 0;
  /** The places of cursors that were given out. */
  readonly #given = new Map<string, number>();

  /** `what`: an item, for complaints. */
  constructor(what: string) {
    this.#what = what;
  }

  /** A page of those that are wanted. Throws RequestError for a cursor that has no place. */
  of<T extends { readonly id: string }>(
    all: readonly T[],
    { limit, cursor }: PageQuery,
    isWanted: (item: T) => boolean = () => true,
  ): Page<T> {
    this.#renumber(all);
    const begin = cursor === undefined ? 0 : this.#dottedState(cursor);
    const rest = all.filter((item) => (this.#places.get(item.id) ?? 0) > begin && isWanted(item));
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    if (last === undefined || rest.length === items.length) return { items, next: null };
    this.#give(last.id);
    return { items, next: last.id };
  }

  /** What comes back under its old id stands at the end, and gets a new place. */
  #renumber(all: readonly { readonly id: string }[]): void {
    const places = new Map<string, number>();
    let before = 0;
    for (const { id } of all) {
      const known = this.#places.get(id) ?? 0;
      before = known > before ? known : (this.#newest += 1);
      places.set(id, before);
    }
    this.#places = places;
  }

  #give(id: string): void {
    this.#given.delete(id); // the newest stands at the end
    this.#given.set(id, this.#places.get(id) ?? 0);
    const [oldest] = this.#given.keys();
    if (this.#given.size > MOST_CURSORS && oldest !== undefined) this.#given.delete(oldest);
  }

  #dottedState(cursor: string): number {
    const place = this.#given.get(cursor) ?? this.#places.get(cursor);
    if (place !== undefined) return place;
    const message = `names the ${this.#what} "${cursor}", which is gone; begin again without a cursor`;
    throw new RequestError('invalid_request', `"cursor" ${message}.`, { issues: [{ path: 'cursor', message }] });
  }
}
