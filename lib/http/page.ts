import { RequestError } from './problem.ts';

/** The requested part of a list. */
interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A part of a list. */
interface Page<T> {
  readonly items: readonly T[];
  /** The `cursor` of the next page; null at the end. */
  readonly next: string | null;
}

/** How many cursors are remembered; clients usually request the next page soon. */
const MAX_CURSORS = 10_000;

/**
 * Pages of a list that grows at its end and shrinks anywhere. A cursor is the id of the last item of a page. Its
 * position is remembered, so the next page starts at the right place even if that item is gone by then. After a restart
 * of the host, only existing items have a position.
 */
export class Pages {
  readonly #what: string;
  /** Increasing numbers in list order, for the items of the last call. */
  #places = new Map<string, number>();
  #newest = 0;
  /** The positions of cursors that were returned to clients. */
  readonly #given = new Map<string, number>();

  /** `what`: the name of an item, for error messages. */
  constructor(what: string) {
    this.#what = what;
  }

  /** A page of the items that match. Throws RequestError for an unknown cursor. */
  of<T extends { readonly id: string }>(
    all: readonly T[],
    { limit, cursor }: PageQuery,
    isWanted: (item: T) => boolean = () => true,
  ): Page<T> {
    this.#renumber(all);
    const begin = cursor === undefined ? 0 : this.#placeOf(cursor);
    const isAfter = ({ id }: T): boolean => (this.#places.get(id) ?? 0) > begin;
    const rest = (begin === 0 ? all : all.filter(isAfter)).filter(isWanted);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    if (last === undefined || rest.length === items.length) return { items, next: null };
    this.#give(last.id);
    return { items, next: last.id };
  }

  /** An item that returns under its old id is at the end of the list and gets a new position. */
  #renumber(all: readonly { readonly id: string }[]): void {
    const ids = this.#places.keys();
    if (all.length === this.#places.size && all.every(({ id }) => id === ids.next().value)) return;
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
    this.#given.delete(id); // the newest is last
    this.#given.set(id, this.#places.get(id) ?? 0);
    const [oldest] = this.#given.keys();
    if (this.#given.size > MAX_CURSORS && oldest !== undefined) this.#given.delete(oldest);
  }

  #placeOf(cursor: string): number {
    const place = this.#given.get(cursor) ?? this.#places.get(cursor);
    if (place !== undefined) return place;
    const message = `names the ${this.#what} "${cursor}", which no longer exists; start again without a cursor`;
    throw new RequestError('invalid_request', `"cursor" ${message}.`, { issues: [{ path: 'cursor', message }] });
  }
}
