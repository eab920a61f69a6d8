import { z } from 'zod';
import { hostSchema, sectionSchema } from './schema.ts';

/** The files with a JSON Schema: `coredinator.yaml`, or a file with a `coredinator:` section. */
export type SchemaSubject = 'host' | 'agent';

/**
 * A JSON Schema (draft 2020-12) for editors. It accepts every file that the host accepts, and rejects most of what the
 * host rejects, except what only the host can check, such as the names of kinds.
 */
export function jsonSchemaFor(subject: SchemaSubject): object {
  const schema = subject === 'host' ? hostFile() : agentFile();
  return z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' });
}

/** A file may be empty, or contain only comments. */
function hostFile(): z.ZodType {
  return hostSchema.nullable().meta({
    title: 'coredinator.yaml',
    description: 'Kinds of services, agent types and host services of a Coredinator host.',
  });
}

/** The rest of an agent's file belongs to its programs. */
function agentFile(): z.ZodType {
  const section = sectionSchema.nullable().describe('Overrides of the configuration of the host for this agent.');
  return z.looseObject({ coredinator: section.optional() }).nullable().meta({
    title: 'The file of an agent',
    description: 'The configuration of the programs of an agent, with an optional section for Coredinator.',
  });
}
