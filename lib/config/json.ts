/** A mapping as it comes out of YAML. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Whether a value of a parsed document is a mapping. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key, by own properties only; undefined when there is none or `value` is no mapping. */
export function member(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A mapping's member that is a mapping itself; empty when there is none. */
export function section(value: unknown, key: string): Mapping {
  const found = member(value, key);
  return isMapping(found) ? found : {};
}

/** `over` laid over `base`: mappings key by key, everything else (lists too) as a whole. */
export function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isMapping(base) || !isMapping(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(member(base, key), member(over, key))]));
}
