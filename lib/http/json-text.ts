/** The body of a JSON answer. It ends its line, so that a terminal shows what follows on the next one. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

const kept = new WeakMap<object, string>();

/** The JSON of an object that never changes, kept as long as the object is: the views of most services are the same at each request. */
export function keptJson(value: object): string {
  const known = kept.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  kept.set(value, text);
  return text;
}

interface KeptList {
  readonly items: readonly object[];
  readonly next: string | null;
  readonly body: Buffer;
}

/**
 * The body of a page of objects that never change, as `{"<name>": [...], "next": ...}`. The last one is kept until the next full collection of
 * garbage: who polls a list often gets the same objects again.
 */
export class ListBody {
  readonly #name: string;
  #last: WeakRef<KeptList> | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  of(items: readonly object[], next: string | null): Buffer {
    const last = this.#last?.deref();
    if (last?.next === next && isSameList(last.items, items)) return last.body;
    const body = Buffer.from(
      `{${JSON.stringify(this.#name)}:[${items.map(keptJson).join(',')}],"next":${JSON.stringify(next)}}\n`,
    );
    this.#last = new WeakRef({ items, next, body });
    return body;
  }
}

function isSameList(one: readonly object[], other: readonly object[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
