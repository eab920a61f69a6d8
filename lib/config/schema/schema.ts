import { z } from 'zod';
import { CONDITIONS, OUTPUT_MODES, type DependencyCondition } from '../../model/spec.ts';
import { isVersionRange } from '../../model/policy/version.ts';
import { kubernetesSchema, podSchema } from './kubernetes-schema.ts';
import { limitsSchema } from './limits-schema.ts';
import { probesLayer, probesSchema } from './probe-schema.ts';
import {
  account,
  duration,
  durationOrNever,
  envName,
  name,
  signal,
  size,
  template,
  textTemplate,
} from './shared-schemas.ts';
import { webhookLayer } from './webhook-schema.ts';

/** Space is freed in whole pages; a smaller limit would leave hardly anything to read. */
const MIN_LOG_BYTES = 64 * 1024;

/** More than is ever needed; the check of the budget adds up this many waits. */
const MAX_RESTARTS = 100_000;

const backoff = z.strictObject({
  initial: duration.describe('The first wait. Default: 250ms.'),
  factor: z.number().min(1).max(1000).describe('The factor from each wait to the next. Default: 2.'),
  max: duration.describe('The maximum wait, before jitter. Default: 30s.'),
  jitter: z.number().min(0).max(1).describe('Each wait varies randomly by +- this fraction. Default: 0.2.'),
  reset_after: duration.describe('After this time in running, the series starts again. Default: 60s.'),
});
const intensity = z.strictObject({
  max_restarts: z
    .int()
    .min(0)
    .max(MAX_RESTARTS)
    .describe('With more restarts within the period, the service is failed. Default: 3.'),
  period: duration.describe('The sliding window in which restarts are counted. Default: 60s.'),
});
const unlimited = z.literal('unlimited');
const intensityError = { error: 'must be unlimited, or a mapping with max_restarts and period' };
const stop = z.strictObject({
  signal: signal.describe('The signal that stops the process tree. Default: SIGTERM.'),
  grace: duration.describe('The time between the signal and SIGKILL. Default: 5s.'),
});
const logs = z.strictObject({
  max_bytes: size
    .refine((bytes) => bytes >= MIN_LOG_BYTES, { error: 'must be 64KiB or more' })
    .describe(
      'How much output is kept of each launch, 64KiB or more; less than 512KiB counts as 512KiB. Default: 10MiB.',
    ),
  keep: z.int().min(1).max(1000).describe('For how many launches that have ended output is kept. Default: 5.'),
});
const condition = z.enum(CONDITIONS);

/** The dependencies without those that `null` removes. */
function withoutRemoved(
  given: Readonly<Record<string, DependencyCondition | null>>,
): Readonly<Record<string, DependencyCondition>> {
  const kept = Object.entries(given).flatMap(([kind, on]) => (on === null ? [] : [[kind, on] as const]));
  return Object.fromEntries(kept);
}

/** A complete service kind. Durations are milliseconds; `recover_after` null is `never`. */
export const kindSchema = z.strictObject({
  executable: z
    .string()
    .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\\0]*[^/\\\0]$/, {
      error: 'must be the name of an executable, or its path from the base path, without ".." and not absolute',
    })
    .describe(
      'The base name of the executable, which is searched for below the base path, or the path of one file from the base path.',
    ),
  version: z
    .string({ error: 'must be a semver range in quotes, such as "1.2.3" or "^1.2"' })
    .refine(isVersionRange, { error: 'must be a semver range such as "1.2.3" or "^1.2"' })
    .describe('The semver range of allowed versions. Default: any.')
    .optional(),
  args: z.array(template).describe('The arguments; variables such as "${config_path}" are replaced. Default: none.'),
  env: z
    .record(envName, template)
    .describe('Environment variables; variables in their values are replaced. Default: none.'),
  env_file: textTemplate('the path of a file')
    .describe('A file of NAME=value lines, relative to the base path; env takes precedence. Default: none.')
    .optional(),
  cwd: template
    .refine((text) => text !== '', { error: 'must not be empty' })
    .describe('The working directory, relative to the base path. Default: the base path.')
    .optional(),
  restart: z
    .enum(['never', 'on_failure', 'always'])
    .describe('After which exits it is launched again. Default: always.'),
  success_exit_codes: z
    .array(z.int().min(0).max(0xffff_ffff))
    .describe('Exit codes that are not a failure. Default: [0].'),
  backoff: backoff.describe('The wait before the next launch.'),
  intensity: z.union([intensity, unlimited], intensityError).describe('When to give up, or unlimited.'),
  recover_after: durationOrNever.describe('The wait in failed before another attempt, or never. Default: 30s.'),
  settle: duration.describe(
    'How long a process must stay up to count as started if there is no startup probe. Default: 200ms.',
  ),
  probes: probesSchema.describe('How to check whether it has started, is ready, and still works.'),
  stop: stop.describe('How it is stopped.'),
  depends_on: z
    .record(name, condition.nullable())
    .describe(
      'Kinds that must be launched, started, healthy or completed first; null removes an inherited one; kinds that the agent (or the host services) does not have are ignored.',
    )
    .transform(withoutRemoved),
  logs: logs.describe('How much of its output is kept.'),
  output: z
    .enum(OUTPUT_MODES)
    .describe('merged: stderr goes into the stream of stdout, and the order of both is exact. Default: separate.'),
  limits: limitsSchema.describe('The resource limits of each of its processes. Default: those of the host.'),
  user: account('user').describe('The user that it runs as, by name or number. Default: that of the host.').optional(),
  group: account('group')
    .describe('The group that it runs as, by name or number. Default: that of its user.')
    .optional(),
  pod: podSchema.describe('What its pods have that is not as the engine has it for all. Default: nothing.').optional(),
  shareable: z.boolean().describe('Whether several agents may share one service. Default: false.'),
  autostart: z
    .boolean()
    .describe('Whether a host service starts with the host; an agent starts all of its services. Default: true.'),
});
/** A complete service kind. */
export type Kind = z.output<typeof kindSchema>;

/** A kind in a document: any part of it. */
const kindLayer = kindSchema.partial().extend({
  backoff: backoff.partial().describe('The wait before the next launch.').optional(),
  intensity: z
    .union([intensity.partial(), unlimited], intensityError)
    .describe('When to give up, or unlimited.')
    .optional(),
  probes: probesLayer.describe('How to check whether it has started, is ready, and still works.').optional(),
  stop: stop.partial().describe('How it is stopped.').optional(),
  logs: logs.partial().describe('How much of its output is kept.').optional(),
});
const serviceLayer = kindLayer.extend({ kind: name.describe('The kind of the service.').optional() });

/** A complete agent type. */
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

/** What applies to the output of all services together. */
export const hostLogsSchema = z.strictObject({
  total_bytes: size
    .refine((bytes) => bytes >= MIN_LOG_BYTES, { error: 'must be 64KiB or more' })
    .describe(
      'How much output of all services together is kept: beyond it, that of the launches that ended first is deleted. Default: 10GiB.',
    ),
});
/** Limits of the output of all services together. */
export type HostLogs = z.output<typeof hostLogsSchema>;

/** What makes the processes of services. */
export const engineSchema = z.union(
  [
    z.literal('local'),
    z.strictObject({ kubernetes: kubernetesSchema.describe('How the services run in a Kubernetes cluster.') }),
  ],
  {
    error: 'must be local, or a mapping with kubernetes',
  },
);

/** The structure of `coredinator.yaml`. */
export const hostSchema = z.strictObject({
  kinds: kinds.describe('The definitions of services, by name.').optional(),
  agent_types: z
    .record(name, agentTypeSchema.partial())
    .describe('The services and strategies of agents, by name.')
    .optional(),
  services: z
    .record(name, serviceLayer)
    .describe('Host services, by id, which belong to no agent. Each is a kind with overrides.')
    .optional(),
  webhooks: z.record(name, webhookLayer).describe('Receivers of events, by name.').optional(),
  logs: hostLogsSchema.partial().describe('How much output of all services together is kept.').optional(),
  engine: engineSchema
    .describe(
      'What makes the processes of services: local, as processes of this machine; or a mapping with kubernetes, as pods of a cluster. Default: local.',
    )
    .optional(),
});

/** The structure of the `coredinator:` section of an agent's file. */
export const sectionSchema = z.strictObject({
  kinds: kinds.describe('Overrides of kinds for this agent.').optional(),
  agent_type: name.describe('The agent type. Default: default.').optional(),
  coreio_id: name
    .describe('The id of a coreio that is shared with other agents. Default: the agent has its own.')
    .optional(),
});
