/** An id of this length fits into a row. */
const FITTING = 24;
/** How much of the beginning and the end of a longer one is kept. */
const HEAD = 7;
const TAIL = 15;

/** The characters of an id around the place where it differs from another one. */
function around(id: string, at: number): string {
  const from = Math.min(Math.max(HEAD, at - 2), Math.max(HEAD, id.length - TAIL));
  return `${id.slice(0, HEAD)}…${id.slice(from, from + TAIL)}${from + TAIL < id.length ? '…' : ''}`;
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

/** The other id that shares most of its beginning with an id. `sorted`: all ids in order. */
function closestTo(index: number, sorted: readonly string[]): number {
  const id = sorted[index] ?? '';
  const neighbours = [sorted[index - 1], sorted[index + 1]].filter((one) => one !== undefined);
  return Math.max(0, ...neighbours.map((one) => firstDifference(id, one)));
}

/**
 * Ids of a list as they fit into a row: of a long one the beginning, and the end, or the part in which it differs from the
 * most similar one. Different ids stay different; if that takes more room, they are left as they are.
 */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort();
  const ends = new Map(sorted.map((id) => [id, id.length <= FITTING ? id : `${id.slice(0, HEAD)}…${id.slice(-TAIL)}`]));
  const known = new Map<string, number>();
  for (const short of ends.values()) known.set(short, (known.get(short) ?? 0) + 1);
  const short = new Map<string, string>();
  const taken = new Set<string>();
  for (const [index, id] of sorted.entries()) {
    const end = ends.get(id) ?? id;
    const candidate = (known.get(end) ?? 0) > 1 ? around(id, closestTo(index, sorted)) : end;
    const chosen = taken.has(candidate) ? id : candidate;
    taken.add(chosen);
    short.set(id, chosen);
  }
  return short;
}
