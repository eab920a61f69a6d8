import type { ServiceSpec } from './spec.ts';

const known = new WeakMap<ServiceSpec, string>();

/** A short name for exactly this spec: equal specs have equal revisions (FNV-1a over its JSON, 8 hex digits). */
export function revisionOf(spec: ServiceSpec): string {
  const cached = known.get(spec);
  if (cached !== undefined) return cached;
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(spec)) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  const revision = hash.toString(16).padStart(8, '0');
  known.set(spec, revision);
  return revision;
}
