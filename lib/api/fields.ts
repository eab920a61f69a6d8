import { constants } from 'node:os';
import { z } from 'zod';
import { isPossibleType } from '../model/explain/event-sentence.ts';
import type { SupposedExit } from '../model/explain/supposed-exit.ts';
import { formatDuration, parseDuration } from '../model/values/duration.ts';
import { isId } from '../model/values/ids.ts';

const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';

/** The id of an agent or a service in a body, query or path. */
export const idField = z
  .string()
  .refine(isId, {
    error: 'must be 1 to 128 letters, digits, dots, underscores or dashes and begin with a letter or digit',
  })
  .meta({ description: 'An id of an agent or a service.', override: { pattern: ID_PATTERN } });

/** An event type in a query, or a prefix of types. */
export const eventTypeField = z
  .string()
  .min(1, { error: 'must not be empty' })
  .refine(isPossibleType, {
    error: 'matches no event type; use a type such as process.exited, or a prefix such as process.*',
    when: ({ issues }) => issues.length === 0,
  });

/** A name in a query that is compared with others. */
export const nameField = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(128, { error: 'is longer than 128 characters' });

/** What somebody writes about a failure or a mute. */
export const noteField = z
  .string()
  .trim()
  .min(1, { error: 'must not be empty' })
  .max(1000, { error: 'is longer than 1000 characters' });

/** A boolean in a query. */
export const flagField = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true')
  .meta({ override: { type: 'boolean', enum: undefined } });

/** A path in the host's file system. */
export const pathField = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(4096, { error: 'is longer than 4096 characters' })
  .refine((path) => !path.includes('\0'), { error: 'must not contain a NUL character' });

/** The maximum number of values in a query list. */
const MAX_LISTED = 100;

/**
 * A list in a query: the field is repeated, or its values are separated by commas. A problem of one of several values
 * has its index in the path.
 */
export function listField(item: z.ZodType<string, string>) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((given, ctx): readonly string[] => {
      const values = [given].flat().flatMap((text) => text.split(','));
      if (values.length > MAX_LISTED) {
        ctx.addIssue({ code: 'custom', message: `has more than ${MAX_LISTED} values` });
        return z.NEVER;
      }
      for (const [index, value] of values.entries()) {
        const [problem] = item.safeParse(value).error?.issues ?? [];
        if (problem === undefined) continue;
        ctx.addIssue({ code: 'custom', message: problem.message, path: values.length === 1 ? [] : [index] });
      }
      return values;
    })
    .meta({ override: { type: 'array', items: { type: 'string' }, maxItems: MAX_LISTED, anyOf: undefined } });
}

/** A bounded whole number in a query. */
export function countField(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string({ error })
    .regex(/^\d{1,16}$/, { error })
    .transform(Number)
    .refine((count) => count >= min && count <= max, { error })
    .meta({ override: { type: 'integer', minimum: min, maximum: max, pattern: undefined } });
}

/** An instant in a query, in milliseconds. */
export const instantField = z.iso
  .datetime({ offset: true, error: 'must be an instant such as 2026-01-02T03:04:05Z' })
  .transform((text) => Date.parse(text));

/** An instant in a body that is still to come, in milliseconds. */
export const futureInstantField = instantField.refine((at) => at > Date.now(), { error: 'must be in the future' });

/** An instant in a query, or how long ago it was, such as `15m`; in milliseconds since 1970. */
export const instantOrAgeField = z
  .string()
  .transform((text, ctx): number => {
    const instant = instantField.safeParse(text);
    if (instant.success) return instant.data;
    const age = parseDuration(text);
    if (age.type === 'duration') return Date.now() - age.ms;
    ctx.addIssue({ code: 'custom', message: 'must be an instant such as 2026-01-02T03:04:05Z, or an age such as 15m' });
    return z.NEVER;
  })
  .meta({ description: 'An instant, or how long ago.', example: '15m' });

/** A regular expression in a query; whoever uses it checks it. */
export const expressionField = z
  .string()
  .max(1000, { error: 'is longer than 1000 characters' })
  .meta({ description: 'A regular expression in the syntax of RE2, for example `(?i)error|timed out`.' });

const exitError = 'must be an exit code from 0 to 255 or the name of a signal such as SIGKILL';

/** A supposed exit of a process. */
export const exitField = z
  .string({ error: exitError })
  .transform((text, ctx): SupposedExit => {
    if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return { type: 'code', code: Number(text) };
    if (Object.hasOwn(constants.signals, text)) return { type: 'signal', signal: text };
    ctx.addIssue({ code: 'custom', message: exitError });
    return z.NEVER;
  })
  .meta({ description: 'An exit code from 0 to 255, or the name of a signal.', example: 'SIGKILL' });

/** A duration in a query, in the syntax of the configuration; an object, because callers write it as text. */
export function durationField(maxMs: number) {
  return z
    .string()
    .transform((text, ctx): { readonly ms: number } => {
      const parsed = parseDuration(text);
      if (parsed.type === 'duration' && parsed.ms <= maxMs) return { ms: parsed.ms };
      const message = parsed.type === 'invalid' ? parsed.message : `is longer than ${formatDuration(maxMs)}`;
      ctx.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ description: 'For example `250ms`, `1.5s` or `2m`.' });
}

/** The part of a list that a request wants. */
export const pageFields = {
  limit: countField(1, 1000).default(1000),
  cursor: idField.optional().meta({ description: 'The `next` of the previous page.' }),
};

/** Makes a command conditional on the state that the caller has seen. */
export const ifMatchHeader = {
  'If-Match': z
    .string()
    .optional()
    .meta({ description: 'An ETag from an earlier response; 412 if it has changed since.', example: '"5d41402a"' }),
};
