import { digestOf, revisionOf } from '../policy/revision.ts';
import type { AgentPlan, ServiceSpec } from '../spec.ts';
import type { ConfigDocument } from './key-changes.ts';
import { maskedPart, maskedSpec, maskedWebhook, shownOf } from './masked.ts';
import { specDocument } from './spec-document.ts';

/** Whose configuration it is: that of the host, of an agent, or of a shared coreio. */
export type ConfigSubject = 'host' | `agent:${string}` | `service:${string}`;

/** The kinds of subjects. */
export const CONFIG_SUBJECTS = ['host', 'agent', 'service'] as const;
export type ConfigSubjectKind = (typeof CONFIG_SUBJECTS)[number];

/** The configuration of the host: its file with all defaults, and the host services that result from it. */
export interface HostConfiguration {
  readonly document: ConfigDocument;
  readonly services: readonly ServiceSpec[];
}

/** A configuration as the host understood and applied it. */
export type AppliedConfiguration = HostConfiguration | { readonly plan: AgentPlan } | { readonly spec: ServiceSpec };

/** One applied configuration of a subject, without its content. */
export interface ConfigRevision {
  /** Grows with each revision, across all subjects. */
  readonly number: number;
  readonly at: number;
  readonly subject: ConfigSubject;
  /** A hash of the configuration, hidden values included. */
  readonly revision: string;
  /** Who gave the command that applied it; null: unknown, or the host itself when it started. */
  readonly actor: string | null;
  readonly correlationId: string | null;
}

/** The same with its content, of which secrets are hidden. */
export interface StoredConfiguration extends ConfigRevision {
  readonly content: AppliedConfiguration;
}

/** Whose configuration it is. */
export function subjectOf(content: AppliedConfiguration): ConfigSubject {
  if ('plan' in content) return `agent:${content.plan.id}`;
  return 'spec' in content ? `service:${content.spec.id}` : 'host';
}

/** A hash of a configuration, the same for equal ones. */
export function revisionOfConfiguration(content: AppliedConfiguration): string {
  const services = servicesOf(content).map(revisionOf); // these are known for most specs
  return digestOf([settingsOf(content), services]);
}

/** The services that result from a configuration. */
export function servicesOf(content: AppliedConfiguration): readonly ServiceSpec[] {
  if ('plan' in content) return content.plan.services;
  return 'spec' in content ? [content.spec] : content.services;
}

/** What a configuration says besides its services, in the words of the configuration files. */
export function settingsOf(content: AppliedConfiguration): ConfigDocument {
  if ('spec' in content) return {};
  if (!('plan' in content)) return content.document;
  const { type, configPath, strategy, asked } = content.plan;
  const coreio = asked.coreioId === null ? {} : { coreio_id: asked.coreioId };
  return { agent_type: type, config_path: configPath, strategy, ...coreio };
}

/** The whole configuration as it is shown. */
export function documentOf(content: AppliedConfiguration): ConfigDocument {
  const services = Object.fromEntries(servicesOf(content).map((spec) => [spec.id, specDocument(spec)]));
  return shownOf({ ...settingsOf(content), services }) as ConfigDocument; // a document stays one
}

/** The configuration without secrets; `inherited` are the variables that processes get from the host. */
export function maskedConfiguration(
  content: AppliedConfiguration,
  inherited: Readonly<Record<string, string>>,
): AppliedConfiguration {
  const masked = (spec: ServiceSpec): ServiceSpec => maskedSpec(spec, inherited);
  if ('plan' in content) return { plan: { ...content.plan, services: content.plan.services.map(masked) } };
  if ('spec' in content) return { spec: masked(content.spec) };
  return { document: maskedDocument(content.document, inherited), services: content.services.map(masked) };
}

/** The document of the host without secrets. */
export function maskedDocument(document: ConfigDocument, inherited: Readonly<Record<string, string>>): ConfigDocument {
  const masks: Readonly<Record<string, (part: unknown) => unknown>> = {
    kinds: (kind) => maskedPart(kind, inherited),
    services: (service) => maskedPart(service, inherited),
    webhooks: maskedWebhook,
  };
  const sections = Object.entries(document).map(([name, section]) => {
    const mask = masks[name];
    if (mask === undefined || typeof section !== 'object' || section === null) return [name, section] as const;
    return [name, Object.fromEntries(Object.entries(section).map(([id, part]) => [id, mask(part)]))] as const;
  });
  return Object.fromEntries(sections);
}
