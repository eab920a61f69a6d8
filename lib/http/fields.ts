import { constants } from 'node:os';
import { z } from 'zod';
import { isId } from '../model/ids.ts';
import type { FieldIssue } from '../model/errors.ts';
import type { SupposedExit } from '../model/supposed-exit.ts';
import { RequestError } from './problem.ts';

const ISSUES_SHOWN = 20;
const NAME_SHOWN = 100;

/** An id of an agent or a service in a body or a query. */
export const idField = z.string().refine(isId, {
  error: 'must be 1 to 128 letters, digits, dots, underscores or dashes and begin with a letter or digit',
});

/** Yes or no in a query. */
export const flagField = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');

/** A path in the file system of the host. */
export const pathField = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(4096, { error: 'is longer than 4096 characters' })
  .refine((path) => !path.includes('\0'), { error: 'must not contain a NUL character' });

/** A whole number in a query, within bounds. */
export function countField(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string({ error })
    .regex(/^\d{1,16}$/, { error })
    .transform(Number)
    .refine((count) => count >= min && count <= max, { error });
}

const exitError = 'must be an exit code from 0 to 255 or the name of a signal such as SIGKILL';

/** How a process might end. */
export const exitField = z.string({ error: exitError }).transform((text, ctx): SupposedExit => {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return { type: 'code', code: Number(text) };
  if (Object.hasOwn(constants.signals, text)) return { type: 'signal', signal: text };
  ctx.addIssue({ code: 'custom', message: exitError });
  return z.NEVER;
});

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
