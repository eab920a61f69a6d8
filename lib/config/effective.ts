import type { z } from 'zod';
import type { EngineSettings } from '../model/engine.ts';
import { member, section, type Mapping } from './json.ts';
import { completeAgentType, completeKind, completeWebhook, mergeDocument, mergeKind } from './layers.ts';
import { budgetProblem } from './plans/budget.ts';
import type { Path, Problem } from './problems.ts';
import { noSuchKind, referenceProblems } from './references.ts';
import { BUILT_IN } from './schema/defaults.ts';
import {
  agentTypeSchema,
  engineSchema,
  hostLogsSchema,
  hostSchema,
  kindSchema,
  sectionSchema,
  type AgentType,
  type HostLogs,
  type Kind,
} from './schema/schema.ts';
import { kubernetesSettings } from './schema/kubernetes-schema.ts';
import { validate } from './schema/validate.ts';
import { webhookSchema, type WebhookConfig } from './schema/webhook-schema.ts';
import type { YamlSource } from './yaml/yaml-source.ts';

/** A host service: a complete kind with the overrides of the service. */
export interface HostService {
  readonly kindName: string;
  readonly kind: Kind;
}

/** A configuration with every default in place and every reference checked. */
export interface Effective {
  /** The merged documents, in the form of `coredinator.yaml`. */
  readonly document: Mapping;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly agentTypes: ReadonlyMap<string, AgentType>;
  readonly services: ReadonlyMap<string, HostService>;
  readonly webhooks: ReadonlyMap<string, WebhookConfig>;
  readonly logs: HostLogs;
  readonly engine: EngineSettings;
}

/**
 * The configuration of one agent: the host's with the overrides of the agent's section, and the other settings of the
 * section.
 */
export interface AgentConfig extends Effective {
  readonly agentType: string | null;
  readonly coreioId: string | null;
}

/** A `coredinator.yaml` merged over the built-in defaults; null: there is none. Throws ConfigInvalidError. */
export function hostConfig(source: YamlSource | null): Effective {
  if (source?.json == null) return completed(BUILT_IN, null);
  checkedBy(hostSchema, source);
  return completed(mergeDocument(BUILT_IN, source.json), source);
}

/**
 * The section of one agent's file merged over a host's configuration; null: there is none. Throws ConfigInvalidError.
 */
export function agentConfig(host: Effective, source: YamlSource | null): AgentConfig {
  if (source?.json == null) return { ...host, agentType: null, coreioId: null };
  const { agent_type: agentType = null, coreio_id: coreioId = null, kinds } = checkedBy(sectionSchema, source);
  if (kinds === undefined) return { ...host, agentType, coreioId };
  // The section only concerns this agent's services, so the parts for the host alone are left out.
  const document = mergeDocument(
    { ...host.document, services: {}, webhooks: {} },
    { kinds: member(source.json, 'kinds') },
  );
  return { ...completed(document, source), agentType, coreioId };
}

function checkedBy<T>(schema: z.ZodType<T>, source: YamlSource): T {
  const checked = validate(schema, source.json);
  if (checked.type === 'invalid') throw source.refuse(checked.problems);
  return checked.value;
}

/**
 * Every document is checked before the next is merged over it, so every problem found here comes from `top`, the last
 * one.
 */
function completed(document: unknown, top: YamlSource | null): Effective {
  const problems: Problem[] = [];
  const complete = <T>(schema: z.ZodType<T>, path: Path, value: unknown): readonly T[] => {
    const checked = validate(schema, value);
    if (checked.type === 'valid') return [checked.value];
    problems.push(...checked.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })));
    return [];
  };

  const completeWithBudget = (path: Path, value: unknown): readonly Kind[] => {
    const made = complete(kindSchema, path, completeKind(value));
    for (const problem of made.map(budgetProblem)) {
      if (problem !== null) problems.push({ path: [...path, 'intensity'], message: problem });
    }
    return made;
  };

  const rawKinds = section(document, 'kinds');
  const kinds = mapped(rawKinds, (name, kind) => completeWithBudget(['kinds', name], kind));
  const agentTypes = mapped(section(document, 'agent_types'), (name, type) =>
    complete(agentTypeSchema, ['agent_types', name], completeAgentType(type)),
  );
  const services = mapped(section(document, 'services'), (id, service) => {
    const { kind: kindName, ...overrides } = service as Mapping & { readonly kind?: string }; // checked by the schema of its document
    const problem = kindProblem(kindName, rawKinds);
    if (problem !== null) problems.push({ path: ['services', id, 'kind'], message: problem });
    if (problem !== null || kindName === undefined) return [];
    const kind = kinds.get(kindName);
    if (kind !== undefined && Object.keys(overrides).length === 0) return [{ kindName, kind }];
    const whole = mergeKind(rawKinds[kindName], overrides);
    return completeWithBudget(['services', id], whole).map((made): HostService => ({ kindName, kind: made }));
  });

  const webhooks = mapped(section(document, 'webhooks'), (name, webhook) =>
    complete(webhookSchema, ['webhooks', name], completeWebhook(webhook)),
  );

  if (problems.length === 0) problems.push(...referenceProblems({ kinds, agentTypes, services }, top?.json));
  if (problems.length > 0)
    throw top?.refuse(problems) ?? new Error(`The built-in configuration: ${String(problems[0]?.message)}`);
  const logs = hostLogsSchema.parse(member(document, 'logs')); // checked by the schema of its document, over the default
  const engine = engineSettings(engineSchema.parse(member(document, 'engine'))); // likewise
  return { document: document as Mapping, kinds, agentTypes, services, webhooks, logs, engine }; // two merged mappings are a mapping
}

function engineSettings(engine: z.output<typeof engineSchema>): EngineSettings {
  if (engine === 'local') return { type: 'local' };
  return { type: 'kubernetes', kubernetes: kubernetesSettings(engine.kubernetes) };
}

function kindProblem(kindName: string | undefined, kinds: Mapping): string | null {
  if (kindName === undefined) return 'is missing';
  return Object.hasOwn(kinds, kindName) ? null : noSuchKind(kindName, Object.keys(kinds));
}

function mapped<T>(from: Mapping, to: (key: string, value: unknown) => readonly T[]): ReadonlyMap<string, T> {
  return new Map(Object.entries(from).flatMap(([key, value]) => to(key, value).map((made) => [key, made] as const)));
}
