import { z } from 'zod';
import { nearest } from '../../model/values/nearest.ts';
import type { Path, Problem } from '../problems.ts';

export type Validated<T> =
  | { readonly type: 'valid'; readonly value: T }
  | { readonly type: 'invalid'; readonly problems: readonly Problem[] };

/** Checks a value against a schema. The messages never quote the value of an environment variable. */
export function validate<T>(schema: z.ZodType<T>, value: unknown): Validated<T> {
  const result = schema.safeParse(value, { error: describe });
  if (result.success) return { type: 'valid', value: result.data };
  return { type: 'invalid', problems: result.error.issues.flatMap((issue) => problemsOf(schema, issue)) };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** The messages for problems without a message in the schema; undefined: that of zod. */
function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_type') {
    return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') {
    return `must be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
  }
  if (issue.code === 'too_small') {
    return issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`;
  }
  return issue.code === 'too_big' ? `must be at most ${issue.maximum}` : undefined;
}

function problemsOf(schema: z.ZodType, issue: z.core.$ZodIssue): readonly Problem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known), isKey: true }));
  }
  if (issue.code === 'invalid_key') {
    return [{ path, message: issue.issues[0]?.message ?? issue.message, isKey: true }];
  }
  if (issue.code === 'invalid_union') {
    // The value may also be a single word, but it is nearly the right mapping: the problems inside of it are reported.
    const inner = issue.errors.find((one) =>
      one.some(({ code, path: at }) => at.length > 0 || code === 'unrecognized_keys'),
    );
    if (inner !== undefined) {
      return inner.flatMap((one) => problemsOf(schema, { ...one, path: [...issue.path, ...one.path] }));
    }
  }
  return [{ path, message: issue.message }];
}

function unknownKey(key: string, known: readonly string[]): string {
  return `is an unknown key; the nearest known key is "${nearest(key, known) ?? ''}"`;
}

/** The keys of the object schema at a path. */
function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  let at: unknown = schema;
  for (const step of path) at = inside(plain(at), step);
  const found = plain(at);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function plain(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return plain(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.find((option) => option instanceof z.ZodObject) ?? schema;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? plain(schema.unwrap()) : schema;
}

function inside(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodObject) return (schema.shape as Readonly<Record<string, unknown>>)[step]; // any object schema
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : undefined;
}
