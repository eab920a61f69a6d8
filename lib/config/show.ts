import { stringify } from 'yaml';
import type { Effective } from './effective.ts';
import { isMapping, member, section, type Mapping } from './json.ts';
import { completeAgentType, completeKind, completeWebhook } from './layers.ts';
import { kindSchema } from './schema/schema.ts';

const KEYS = Object.keys(kindSchema.shape);

/** The effective configuration, as YAML; see {@link effectiveDocument}. */
export function effectiveYaml(effective: Pick<Effective, 'document'>): string {
  return stringify(effectiveDocument(effective), { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * The effective configuration with the structure of `coredinator.yaml`: kinds and agent types with all
 * defaults, host services with their overrides, webhooks without their secrets. Except for the secrets, reading it
 * again results in the same configuration. Values are shown as written, with unreplaced variables.
 */
export function effectiveDocument(effective: Pick<Effective, 'document'>): Mapping {
  const { webhooks, ...document } = completeDocument(effective);
  return isMapping(webhooks) ? { ...document, webhooks: mapped(webhooks, withoutSecrets) } : document;
}

/** The same with the secrets. */
export function completeDocument({ document }: Pick<Effective, 'document'>): Mapping {
  const kinds = mapped(section(document, 'kinds'), (kind) => inOrder(completeKind(kind)));
  const agent_types = mapped(section(document, 'agent_types'), completeAgentType);
  const services = section(document, 'services');
  const webhooks = mapped(section(document, 'webhooks'), completeWebhook);
  const logs = section(document, 'logs');
  const engine = member(document, 'engine');
  return { kinds, agent_types, services, logs, engine, ...(Object.keys(webhooks).length === 0 ? {} : { webhooks }) };
}

function mapped(mapping: Mapping, to: (value: unknown) => unknown): Mapping {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, to(value)]));
}

/** The keys in the order of the schema, which is that of the documentation. */
function inOrder(kind: unknown): unknown {
  if (!isMapping(kind)) return kind;
  return Object.fromEntries(KEYS.flatMap((key) => (Object.hasOwn(kind, key) ? [[key, kind[key]] as const] : [])));
}

const HIDDEN = '<hidden>';

/** A secret from the environment is shown as the name of its variable. */
function withoutSecrets(webhook: unknown): unknown {
  if (!isMapping(webhook)) return webhook;
  const { secret, url } = webhook;
  return {
    ...webhook,
    ...(typeof url === 'string' ? { url: url.replace(/^([^:]*:\/\/)[^/?#]*@/, `$1${HIDDEN}@`) } : {}),
    ...(typeof secret === 'string' ? { secret: /^(whsec_)?\$\{[^}]*\}$/.test(secret) ? secret : HIDDEN } : {}),
  };
}
