import { constants } from 'node:os';
import { z } from 'zod';
import { parseSize } from '../model/byte-size.ts';
import { parseDuration } from '../model/duration.ts';
import { isId } from '../model/ids.ts';
import type { NodeSignal } from '../model/spec.ts';
import type { Millis } from '../model/time.ts';
import { isVersionRange } from '../model/version.ts';
import { nearest } from './nearest.ts';
import { templateProblem } from './template.ts';

/** Set by the host for every process (contract 3.1); a value of one's own would be lost. */
const RESERVED_ENV = new Set(
  ['INSTANCE', 'SERVICE_ID', 'AGENT_ID', 'GENERATION', 'LAUNCH_ID', 'URL'].map((name) => `COREDINATOR_${name}`),
);

const name = z.string().refine(isId, {
  error: 'is no name: 1 to 128 letters, digits, dots, underscores or dashes that begin with a letter or digit',
});

const duration = z
  .string({ error: 'must be a duration such as 250ms, 5s or 2m' })
  .transform((text, context): Millis => {
    const parsed = parseDuration(text);
    if (parsed.type === 'duration') return parsed.ms;
    context.addIssue({ code: 'custom', message: `is wrong: ${parsed.message}` });
    return z.NEVER;
  });

/** A page of holes is what space is released in; below some of them nothing would be left to read. */
const SMALLEST_LOG = 64 * 1024;

const size = z.string({ error: 'must be a size such as 256KiB or 10MiB' }).transform((text, context): number => {
  const parsed = parseSize(text);
  if (parsed.type === 'size') return parsed.bytes;
  context.addIssue({ code: 'custom', message: `is wrong: ${parsed.message}` });
  return z.NEVER;
});

const template = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' })
  .transform((value, context) => {
    const text = String(value);
    const problem = text.includes('\0') ? 'has a NUL character' : templateProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    return text;
  });

const envName = z
  .string()
  .regex(/^[^=\0]+$/, { error: 'is no name of an environment variable' })
  .refine((text) => !RESERVED_ENV.has(text), { error: 'is set by the host and cannot be given' });

const signal = z.custom<NodeSignal>((value) => typeof value === 'string' && Object.hasOwn(constants.signals, value), {
  error: ({ input }) =>
    typeof input === 'string'
      ? `must be a signal of this system; the nearest to "${input}" is ${nearest(input, Object.keys(constants.signals)) ?? ''}`
      : 'must be the name of a signal such as SIGTERM',
});

const exitCode = z.int().min(0).max(0xffff_ffff);

const backoff = z.strictObject({
  initial: duration,
  factor: z.number().min(1).max(1000),
  max: duration,
  jitter: z.number().min(0).max(1),
  reset_after: duration,
});
const intensity = z.strictObject({ max_restarts: z.int().min(0), period: duration });
const stop = z.strictObject({ signal, grace: duration });
const logs = z.strictObject({
  max_bytes: size.refine((bytes) => bytes >= SMALLEST_LOG, { error: 'must be 64KiB or more' }),
  keep: z.int().min(1).max(1000),
});
const recoverAfter = z
  .string({ error: 'must be a duration such as 30s, or never' })
  .transform((text) => (text === 'never' ? null : text))
  .pipe(duration.nullable());

/** A service kind with everything that it needs. Durations are milliseconds; `recover_after` null is `never`. */
export const kindSchema = z.strictObject({
  executable: z.string().regex(/^[^/\\\0]+$/, {
    error: 'must be the name of an executable, not a path: it is looked for below the base path',
  }),
  args: z.array(template),
  env: z.record(envName, template),
  cwd: template.refine((text) => text !== '', { error: 'must not be empty' }).optional(),
  restart: z.enum(['never', 'on_failure', 'always']),
  backoff,
  intensity,
  recover_after: recoverAfter,
  success_exit_codes: z.array(exitCode),
  settle: duration,
  stop,
  /** Orders the services of one agent, or the host services; a kind that is not among them orders nothing. */
  depends_on: z.record(name, z.enum(['started'])),
  shareable: z.boolean(),
  /** Output is bounded by bytes and by launches, for each service. */
  logs,
  version: z
    .string({ error: 'must be a semver range in quotes, such as "1.2.3" or "^1.2"' })
    .refine(isVersionRange, { error: 'must be a semver range such as "1.2.3" or "^1.2"' })
    .optional(),
  /** Whether a host service starts with the host; an agent starts all of its services. */
  autostart: z.boolean(),
});
/** A complete service kind. */
export type Kind = z.output<typeof kindSchema>;

/** A kind as a document may give it: any part of it. */
const kindLayer = kindSchema.partial().extend({
  backoff: backoff.partial().optional(),
  intensity: intensity.partial().optional(),
  stop: stop.partial().optional(),
  logs: logs.partial().optional(),
});
const serviceLayer = kindLayer.extend({ kind: name.optional() });

/** An agent type with everything that it needs. */
export const agentTypeSchema = z.strictObject({
  services: z
    .array(name)
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, { error: 'names a kind twice' }),
  strategy: z.enum(['one_for_one']),
});
/** A complete agent type. */
export type AgentType = z.output<typeof agentTypeSchema>;

/** The form of `coredinator.yaml`. */
export const hostSchema = z.strictObject({
  kinds: z.record(name, kindLayer).optional(),
  agent_types: z.record(name, agentTypeSchema.partial()).optional(),
  services: z.record(name, serviceLayer).optional(),
});

/** The form of the `coredinator:` section of an agent's file. */
export const sectionSchema = z.strictObject({
  kinds: z.record(name, kindLayer).optional(),
  agent_type: name.optional(),
  coreio_id: name.optional(),
});
