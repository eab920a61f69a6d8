import { constants } from 'node:os';
import { z } from 'zod';
import type { NodeSignal } from '../../model/spec.ts';
import { parseSize } from '../../model/values/byte-size.ts';
import { parseDuration } from '../../model/values/duration.ts';
import { isId } from '../../model/values/ids.ts';
import type { Millis } from '../../model/values/time.ts';
import { nearest } from '../../model/values/nearest.ts';
import { templateProblem } from './template.ts';

// The building blocks of the configuration schemas. `meta` is for the JSON Schema, which does not support transforms.

/** Set by the host for every process (contract 3.1); a configured value would be overwritten. */
export const RESERVED_ENV: ReadonlySet<string> = new Set(
  ['INSTANCE', 'SERVICE_ID', 'AGENT_ID', 'GENERATION', 'LAUNCH_ID', 'URL'].map((name) => `COREDINATOR_${name}`),
);

/** The message for an invalid value; a missing value has the same message everywhere. */
export function unlessMissing(message: string) {
  return ({ input }: { readonly input?: unknown }): string | undefined => (input === undefined ? undefined : message);
}

/** A name that can be part of an id. */
export const name = z
  .string()
  .refine(isId, {
    error:
      'is not a valid name: 1 to 128 letters, digits, dots, underscores or dashes, starting with a letter or digit',
  })
  .meta({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' });

/** A duration, as milliseconds. */
export const duration = z
  .string({ error: 'must be a duration such as 250ms, 5s or 2m' })
  .transform((text, context): Millis => {
    const parsed = parseDuration(text);
    if (parsed.type === 'duration') return parsed.ms;
    context.addIssue({ code: 'custom', message: `is invalid: ${parsed.message}` });
    return z.NEVER;
  })
  .meta({ pattern: '^\\d+(\\.\\d+)?(ms|s|m|h)$' });

/** A duration or `never`, as milliseconds or null. */
export const durationOrNever = z
  .string({ error: 'must be a duration such as 30s, or never' })
  .transform((text) => (text === 'never' ? null : text))
  .pipe(duration.nullable())
  .meta({ pattern: '^(never|\\d+(\\.\\d+)?(ms|s|m|h))$' });

/** A size, as bytes. */
export const size = z
  .string({ error: 'must be a size such as 256KiB or 10MiB' })
  .transform((text, context): number => {
    const parsed = parseSize(text);
    if (parsed.type === 'size') return parsed.bytes;
    context.addIssue({ code: 'custom', message: `is invalid: ${parsed.message}` });
    return z.NEVER;
  })
  .meta({ pattern: '^\\d{1,15}(B|KiB|MiB|GiB)$' });

/** The problem of a text that may contain variables; null: none. */
function textProblem(text: string): string | null {
  return text.includes('\0') ? 'contains a NUL character' : templateProblem(text);
}

/** A text that may contain variables; numbers and booleans are converted to text. */
export const template = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' })
  .transform((value, context) => {
    const text = String(value);
    const problem = textProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    return text;
  });

/** A text that may contain variables, with an additional check `problemOf`. */
export function textTemplate(what: string, problemOf: (text: string) => string | null = () => null) {
  return z.string({ error: unlessMissing(`must be ${what}`) }).superRefine((text, context) => {
    const problem = textProblem(text) ?? (text === '' ? 'must not be empty' : problemOf(text));
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });
}

/** The name of an environment variable that may be set for a service. */
export const envName = z
  .string()
  .regex(/^[^=\0]+$/, { error: 'is not a valid name of an environment variable' })
  .refine((text) => !RESERVED_ENV.has(text), { error: 'is set by the host and cannot be configured' });

/** The largest user and group number; the one above it means "none". */
const MAX_ID = 2 ** 32 - 2;

/** A user or a group: its name, or its number, as text. */
export function account(what: 'user' | 'group') {
  const error = `must be the name of a ${what}, or its number`;
  return z.union([z.int().min(0).max(MAX_ID), z.string().regex(ACCOUNT, { error })], { error }).transform(String);
}

/** What a field of passwd(5) can contain, except what looks like an option. */
const ACCOUNT = /^[^\s:,/\0-][^\s:,/\0]{0,255}$/;

/** The name of a signal of this system. */
export const signal = z
  .custom<NodeSignal>((value) => typeof value === 'string' && Object.hasOwn(constants.signals, value), {
    error: ({ input }) =>
      typeof input === 'string'
        ? `must be a signal of this system; the nearest to "${input}" is ${nearest(input, Object.keys(constants.signals)) ?? ''}`
        : 'must be the name of a signal such as SIGTERM',
  })
  .meta({ type: 'string', pattern: '^SIG[A-Z0-9]+$' });
