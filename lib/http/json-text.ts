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
