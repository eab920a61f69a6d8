import { isMapping, member, merge, mergeMembers, type Mapping, type Merging } from './json.ts';
import { AGENT_POLICY, HTTP_POLICY, POLICY, PROBE_POLICY, TCP_POLICY } from './schema/defaults.ts';
import { CHECKS } from './schema/probe-schema.ts';
import { WEBHOOK_POLICY } from './schema/webhook-schema.ts';

/** A probe has one check, so a given check replaces the others; its timing is merged key by key. */
const mergeProbe: Merging = (base, over) => {
  if (!isMapping(base) || !isMapping(over)) return merge(base, over);
  const given = CHECKS.filter((check) => Object.hasOwn(over, check));
  const replaced = given.length === 0 ? [] : CHECKS.filter((check) => !given.includes(check));
  return merge(without(base, replaced), over);
};

const mergeProbes: Merging = (base, over) => mergeMembers(base, over, () => mergeProbe);

/**
 * Merges a kind (or a host service) over another: key by key, except that a check of a probe replaces another check.
 */
export const mergeKind: Merging = (base, over) =>
  mergeMembers(base, over, (key) => (key === 'probes' ? mergeProbes : merge));

const mergeKinds: Merging = (base, over) => mergeMembers(base, over, () => mergeKind);

/** Merges a document with the structure of `coredinator.yaml` over another. */
export const mergeDocument: Merging = (base, over) =>
  mergeMembers(base, over, (key) => (key === 'kinds' || key === 'services' ? mergeKinds : merge));

/** A kind with all defaults. */
export function completeKind(kind: unknown): unknown {
  const whole = mergeKind(POLICY, kind);
  if (!isMapping(whole) || !isMapping(whole['probes'])) return whole;
  const probes = Object.entries(whole['probes']).map(([name, probe]) => [name, completeProbe(probe)] as const);
  return { ...whole, probes: Object.fromEntries(probes) };
}

/** An agent type with all defaults. */
export function completeAgentType(type: unknown): unknown {
  return merge(AGENT_POLICY, type);
}

/** A webhook with all defaults. */
export function completeWebhook(webhook: unknown): unknown {
  return merge(WEBHOOK_POLICY, webhook);
}

function completeProbe(probe: unknown): unknown {
  if (!isMapping(probe)) return probe;
  const checks = { http: HTTP_POLICY, tcp: TCP_POLICY };
  const completed = Object.entries(checks).flatMap(([check, policy]) =>
    isMapping(member(probe, check)) ? [[check, merge(policy, probe[check])] as const] : [],
  );
  return { ...PROBE_POLICY, ...probe, ...Object.fromEntries(completed) };
}

function without(mapping: Mapping, keys: readonly string[]): Mapping {
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !keys.includes(key)));
}
