/** A parsed YAML mapping. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Whether a value of a parsed document is a mapping. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key, from own properties only; undefined if there is none or `value` is not a mapping. */
export function member(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A member that is itself a mapping; empty if there is none. */
export function section(value: unknown, key: string): Mapping {
  const found = member(value, key);
  return isMapping(found) ? found : {};
}

/** Merges one value of a document over another. */
export type Merging = (base: unknown, over: unknown) => unknown;

/** Merges `over` over `base`: mappings key by key, everything else (including lists) as a whole. */
export const merge: Merging = (base, over) => mergeMembers(base, over, () => merge);

/** Like {@link merge}, with a specific merge function for the members of some keys. */
export function mergeMembers(base: unknown, over: unknown, mergingOf: (key: string) => Merging): unknown {
  if (over === undefined) return base;
  if (!isMapping(base) || !isMapping(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, mergingOf(key)(member(base, key), member(over, key))]));
}
