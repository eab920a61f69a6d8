import type { AgentIntention } from '../intention.ts';
import type { ServiceSpec } from '../spec.ts';
import { fillsTokens } from '../values/port-token.ts';

type Fields = Readonly<Record<string, unknown>>;

const known = new WeakMap<ServiceSpec, string>();

/**
 * A hash of exactly this spec: equal specs have equal revisions (FNV-1a over its JSON, 8 hex digits), even after
 * storing and reading back, which changes the key order. A part that version 0.1.0 does not know is included only if it
 * is set: otherwise every process of an earlier host would seem to run an outdated spec.
 */
export function revisionOf(spec: ServiceSpec): string {
  const cached = known.get(spec);
  if (cached !== undefined) return cached;
  const { user, group, output, pod, ...rest } = spec;
  const account = { ...(user === null ? {} : { user }), ...(group === null ? {} : { group }) };
  const added = { ...(output === 'separate' ? {} : { output }), ...(pod === null ? {} : { pod }) };
  const revision = digestOf({ ...rest, ...account, ...added });
  known.set(spec, revision);
  return revision;
}

/**
 * Whether a host that starts has twice read the same spec, as almost always: to compare takes a quarter of a hash. Then
 * both have their revision from now on.
 */
export function isSameSpec(one: ServiceSpec, other: ServiceSpec): boolean {
  const revision = revisionOf(one);
  if (isSame(one, other)) known.set(other, revision);
  return revision === revisionOf(other);
}

/** The revision of an agent: it changes with the definition and the intention, not with the current state. */
export function agentRevision({ plan, intended }: AgentIntention): string {
  return digestOf([plan, intended]);
}

/** A hash of a plain JSON value, independent of key order: FNV-1a, 8 hex digits. */
export function digestOf(value: unknown): string {
  const text = jsonOf(value);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.codePointAt(at) ?? 0;
    if (char > 0xffff) at += 1; // it takes two places
    hash = Math.imul(hash ^ char, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

/** Whether two plain JSON values are equal, whatever the order of their keys. As in JSON, undefined is no value. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) return areSame(one, other);
  const [old, present] = [one as Fields, other as Fields]; // JSON has no other objects
  for (const key in old) if (!isSame(old[key], present[key])) return false;
  for (const key in present) if (present[key] !== undefined && old[key] === undefined) return false;
  return true;
}

function areSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((item, index) => isSame(item, other[index]));
}

/** The parts of a spec that only a new launch can apply to a process. */
const LAUNCH_PARTS = [
  'executable',
  'version',
  'args',
  'env',
  'cwd',
  'output',
  'limits',
  'user',
  'group',
  'pod',
] as const satisfies readonly (keyof ServiceSpec)[];

/**
 * The names of the parts in which two specs of a service differ, in spec order. Version 0.1.0 stored specs with their
 * port numbers in place; such a part is the same as one with tokens that these numbers can stand for.
 */
export function changedParts(before: ServiceSpec, after: ServiceSpec): readonly (keyof ServiceSpec)[] {
  const parts = Object.keys(after) as (keyof ServiceSpec)[]; // a spec has no other keys
  return parts.filter((part) => {
    const [old, present] = [jsonOf(before[part]), jsonOf(after[part])];
    return old !== present && !fillsTokens(old, present);
  });
}

/** The value as JSON with sorted keys. */
function jsonOf(value: unknown): string {
  return JSON.stringify(withSortedKeys(value));
}

/** A replacer of JSON.stringify would be called for every value, which takes twice as long. */
function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  const object = value as Fields; // JSON has no other objects
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, withSortedKeys(object[key])]),
  );
}

/** The changed parts that need a new launch; the others are applied to the running process. */
export function launchParts(changed: readonly (keyof ServiceSpec)[]): readonly (keyof ServiceSpec)[] {
  return changed.filter((part) => LAUNCH_PARTS.some((name) => name === part));
}

/** Whether both specs launch the same process. */
export function launchesAlike(before: ServiceSpec, after: ServiceSpec): boolean {
  return launchParts(changedParts(before, after)).length === 0;
}
