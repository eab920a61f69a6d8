import { z } from 'zod';
import { CONDITIONS, type DependencyCondition } from '../../model/spec.ts';
import { isVersionRange } from '../../model/policy/version.ts';
import { limitsSchema } from './limits-schema.ts';
import { probesLayer, probesSchema } from './probe-schema.ts';
import { duration, durationOrNever, envName, name, signal, size, template, textTemplate } from './shared-schemas.ts';
import { webhookLayer } from './webhook-schema.ts';

/** A page of holes is what space is released in; below some of them nothing would be left to read. */
const SMALLEST_LOG = 64 * 1024;

/** More than anyone means; the check that a budget can trip adds up so many waits. */
const MOST_RESTARTS = 100_000;

const backoff = z.strictObject({
  initial: duration.describe('The first wait. Default: 250ms.'),
  factor: z.number().min(1).max(1000).describe('Each wait is so many times the one before. Default: 2.'),
  max: duration.describe('No wait is longer, jitter aside. Default: 30s.'),
  jitter: z.number().min(0).max(1).describe('Each wait is spread by +- this share. Default: 0.2.'),
  reset_after: duration.describe('Up that long in running, the series begins anew. Default: 60s.'),
});
const intensity = z.strictObject({
  max_restarts: z
    .int()
    .min(0)
    .max(MOST_RESTARTS)
    .describe('More restarts than this within the period: failed. Default: 3.'),
  period: duration.describe('The sliding window in which restarts are counted. Default: 60s.'),
});
const unlimited = z.literal('unlimited');
const intensityError = { error: 'must be unlimited, or a mapping with max_restarts and period' };
const stop = z.strictObject({
  signal: signal.describe('What asks the process tree to end. Default: SIGTERM.'),
  grace: duration.describe('The wait after the signal before SIGKILL. Default: 5s.'),
});
const logs = z.strictObject({
  max_bytes: size
    .refine((bytes) => bytes >= SMALLEST_LOG, { error: 'must be 64KiB or more' })
    .describe('How much output is kept for each service, 64KiB or more. Default: 10MiB.'),
  keep: z.int().min(1).max(1000).describe('The output of so many launches is kept. Default: 5.'),
});
const condition = z.enum(CONDITIONS);

/** The dependencies without those that `null` removes. */
function withoutRemoved(
  given: Readonly<Record<string, DependencyCondition | null>>,
): Readonly<Record<string, DependencyCondition>> {
  const kept = Object.entries(given).flatMap(([kind, on]) => (on === null ? [] : [[kind, on] as const]));
  return Object.fromEntries(kept);
}

/** A service kind with everything that it needs. Durations are milliseconds; `recover_after` null is `never`. */
export const kindSchema = z.strictObject({
  executable: z
    .string()
    .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\\0]*[^/\\\0]$/, {
      error: 'must be the name of an executable, or its path from the base path, without ".." and not absolute',
    })
    .describe('The base name that is looked for below the base path, or the path of one file from the base path.'),
  version: z
    .string({ error: 'must be a semver range in quotes, such as "1.2.3" or "^1.2"' })
    .refine(isVersionRange, { error: 'must be a semver range such as "1.2.3" or "^1.2"' })
    .describe('The semver range that the version must be in. Default: any.')
    .optional(),
  args: z.array(template).describe('The arguments; variables such as "${config_path}" are filled in. Default: none.'),
  env: z.record(envName, template).describe('Environment variables; variables are filled in. Default: none.'),
  env_file: textTemplate('the path of a file')
    .describe('A file of NAME=value lines, from the base path if relative; env wins over it. Default: none.')
    .optional(),
  cwd: template
    .refine((text) => text !== '', { error: 'must not be empty' })
    .describe('The working directory, from the base path if relative. Default: the base path.')
    .optional(),
  restart: z.enum(['never', 'on_failure', 'always']).describe('After which ends it is launched anew. Default: always.'),
  success_exit_codes: z
    .array(z.int().min(0).max(0xffff_ffff))
    .describe('Exit codes that are no failure. Default: [0].'),
  backoff: backoff.describe('The wait before the next launch.'),
  intensity: z.union([intensity, unlimited], intensityError).describe('When to give up, or unlimited.'),
  recover_after: durationOrNever.describe('The wait in failed before one new attempt, or never. Default: 30s.'),
  settle: duration.describe('Alive that long counts as started, where there is no startup probe. Default: 200ms.'),
  probes: probesSchema.describe('How it is asked whether it has started, is ready, and still works.'),
  stop: stop.describe('How it is asked to end, and for how long.'),
  depends_on: z
    .record(name, condition.nullable())
    .describe(
      'Kinds that must be launched, started, healthy or completed first; null removes an inherited one; one that is not in the agent (or among the host services) orders nothing.',
    )
    .transform(withoutRemoved),
  logs: logs.describe('How much of its output is kept.'),
  limits: limitsSchema.describe('What each of its processes may use at most. Default: as the host has it.'),
  shareable: z.boolean().describe('Whether several agents may hold one. Default: false.'),
  autostart: z
    .boolean()
    .describe('Whether a host service starts with the host; an agent starts all of its services. Default: true.'),
});
/** A complete service kind. */
export type Kind = z.output<typeof kindSchema>;

/** A kind as a document may give it: any part of it. */
const kindLayer = kindSchema.partial().extend({
  backoff: backoff.partial().describe('The wait before the next launch.').optional(),
  intensity: z
    .union([intensity.partial(), unlimited], intensityError)
    .describe('When to give up, or unlimited.')
    .optional(),
  probes: probesLayer.describe('How it is asked whether it has started, is ready, and still works.').optional(),
  stop: stop.partial().describe('How it is asked to end, and for how long.').optional(),
  logs: logs.partial().describe('How much of its output is kept.').optional(),
});
const serviceLayer = kindLayer.extend({ kind: name.describe('The kind that it is made from.').optional() });

/** An agent type with everything that it needs. */
export const agentTypeSchema = z.strictObject({
  services: z
    .array(name)
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, { error: 'names a kind twice' })
    .describe('The kinds of its services.'),
  strategy: z
    .enum(['one_for_one', 'one_for_all', 'rest_for_one'])
    .describe('Which services are restarted when one fails. Default: one_for_one.'),
});
/** A complete agent type. */
export type AgentType = z.output<typeof agentTypeSchema>;

const kinds = z.record(name, kindLayer);

/** The form of `coredinator.yaml`. */
export const hostSchema = z.strictObject({
  kinds: kinds.describe('What services are made from, by name.').optional(),
  agent_types: z.record(name, agentTypeSchema.partial()).describe('Which services an agent has, by name.').optional(),
  services: z
    .record(name, serviceLayer)
    .describe('Host services, by id: they belong to no agent. Each is a kind with its overrides.')
    .optional(),
  webhooks: z.record(name, webhookLayer).describe('Where events are sent to, by name.').optional(),
});

/** The form of the `coredinator:` section of an agent's file. */
export const sectionSchema = z.strictObject({
  kinds: kinds.describe('Overrides of kinds for this agent.').optional(),
  agent_type: name.describe('The agent type. Default: default.').optional(),
  coreio_id: name
    .describe('The id of a coreio that is shared with other agents. Default: the agent has its own.')
    .optional(),
});
