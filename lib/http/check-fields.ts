import type { z } from 'zod';
import type { FieldIssue } from '../model/errors.ts';
import { RequestError } from './problem.ts';

const ISSUES_SHOWN = 20;
const NAME_SHOWN = 100;

function shown(name: string): string {
  return name.length <= NAME_SHOWN ? name : `${name.slice(0, NAME_SHOWN)}…`;
}

function issuesOf(error: z.ZodError, known: readonly string[]): readonly FieldIssue[] {
  const issues: FieldIssue[] = [];
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      const message = `is not a known field; known are ${known.join(', ')}`;
      for (const key of issue.keys.slice(0, ISSUES_SHOWN)) issues.push({ path: shown(key), message });
    } else {
      issues.push({ path: shown(issue.path.join('.')), message: issue.message });
    }
  }
  return issues.slice(0, ISSUES_SHOWN);
}

/** Checks what came in against a strict schema; throws RequestError (422) that names every wrong field. */
export function checkFields<S extends z.ZodObject>(schema: S, part: 'body' | 'query', value: object): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = issuesOf(result.error, Object.keys(schema.shape));
  const sentence = issues.map(({ path, message }) => `"${path}" ${message}`).join('; ');
  throw new RequestError('invalid_request', `The request ${part} does not fit: ${sentence}.`, { issues });
}
