import type { AgentIntention } from '../intention.ts';
import type { ServiceSpec } from '../spec.ts';

const known = new WeakMap<ServiceSpec, string>();

/**
 * A short name for exactly this spec: equal specs have equal revisions (FNV-1a over its JSON, 8 hex digits), also when one of them
 * was kept and read back, which changes the order of its keys.
 */
export function revisionOf(spec: ServiceSpec): string {
  const cached = known.get(spec);
  if (cached !== undefined) return cached;
  const revision = digestOf(spec);
  known.set(spec, revision);
  return revision;
}

/** The revision of an agent: another definition, or another intention, is another revision; its momentary state is no part of it. */
export function agentRevision({ plan, intended }: AgentIntention): string {
  return digestOf([plan, intended]);
}

/** A short name for a value that is plain JSON, whatever the order of its keys: FNV-1a, 8 hex digits. */
export function digestOf(value: unknown): string {
  let hash = 0x811c9dc5;
  for (const char of jsonOf(value)) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

/** Whether two values that are plain JSON are the same, whatever the order of their keys. */
export function isSame(one: unknown, other: unknown): boolean {
  return jsonOf(one) === jsonOf(other);
}

/** The parts of a spec that only a new launch can give to a process. */
const LAUNCH_PARTS = [
  'executable',
  'version',
  'args',
  'env',
  'cwd',
  'limits',
] as const satisfies readonly (keyof ServiceSpec)[];

/** The names of the parts in which two specs of a service differ, in the order of the spec. */
export function changedParts(before: ServiceSpec, after: ServiceSpec): readonly (keyof ServiceSpec)[] {
  const parts = Object.keys(after) as (keyof ServiceSpec)[]; // a spec has no other keys
  return parts.filter((part) => jsonOf(before[part]) !== jsonOf(after[part]));
}

/** The value as JSON with its keys in order. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/** Those of the parts that a live process must be launched anew for; what is left of a change holds at once. */
export function launchParts(changed: readonly (keyof ServiceSpec)[]): readonly (keyof ServiceSpec)[] {
  return changed.filter((part) => LAUNCH_PARTS.some((name) => name === part));
}

/** Whether a process launched by one spec is as the other would have it. */
export function launchesAlike(before: ServiceSpec, after: ServiceSpec): boolean {
  return launchParts(changedParts(before, after)).length === 0;
}
