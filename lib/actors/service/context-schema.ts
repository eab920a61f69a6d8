import { z } from 'zod';

import { reason } from '../../model/explain/reason-schema.ts';
import { LOOPBACK, type Executable, type Launch } from '../../model/process.ts';

import { serviceSpec, versionPin } from '../../model/spec-schema.ts';

import { launchId, serviceId } from '../../model/values/id-schema.ts';
import type { Acknowledgement, AfterStop, LastExit, ServiceContext } from './context.ts';

const instant = z.number();
const generation = z.int().nonnegative();

const launch = z.strictObject({
  launchId,
  serviceId,
  generation,
  pid: z.int().positive().nullable(),
  startTime: z.string(),
  place: z.string().nullable().default(null),
  address: z.string().default(LOOPBACK),
  executablePath: z.string(),
  version: z.string().nullable(),
  launchedAt: instant,
  guarantees: z.strictObject({
    exactExit: z.boolean(),
    treeComplete: z.boolean(),
    losslessRotation: z.boolean(),
    separateStreams: z.boolean().default(true),
    outputBuffer: z.int().positive().nullable().default(null),
  }),
}) satisfies z.ZodType<Launch>;

const executable = z.strictObject({
  path: z.string(),
  version: z.string().nullable(),
  fingerprint: z.string(),
  twins: z.array(z.string()).exactOptional(),
}) satisfies z.ZodType<Executable>;

const lastExit = z.strictObject({
  code: z.number().nullable(),
  signal: z.string().nullable(),
  at: instant,
  generation,
  class: z.enum([
    'clean',
    'code',
    'signal',
    'spawn_permanent',
    'spawn_transient',
    'start_timeout',
    'probe',
    'stopped',
    'lost',
  ]),
  uptimeMs: z.number().nullable().default(null),
  version: z.string().nullable().default(null),
  revision: z.string().nullable().default(null),
  usage: z.strictObject({ maxRss: z.number(), cpuMs: z.number() }).nullable().default(null),
  because: z.string().nullable().default(null),
}) satisfies z.ZodType<LastExit>;

const afterStop = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('judge'), class: z.enum(['start_timeout', 'probe']), reason }),
  z.strictObject({ type: z.literal('again'), failed: serviceId, reason }),
]) satisfies z.ZodType<AfterStop>;

const acknowledgement = z.strictObject({
  at: instant,
  actor: z.string().nullable(),
  note: z.string().nullable(),
}) satisfies z.ZodType<Acknowledgement>;

const release = { path: z.string(), version: z.string().nullable() };
const holder = z.union([z.templateLiteral(['agent:', z.string().min(1)]), z.enum(['io', 'host', 'orphan'])]);

/**
 * The context of a service as stored. A new field needs a default here or a migration (control/recovery/migrations.ts).
 */
export const serviceRecord = z.strictObject({
  spec: serviceSpec,
  holders: z.array(holder),
  watchers: z.array(z.string()),
  intended: z.enum(['running', 'stopped']),
  pin: versionPin.nullable().default(null),
  generation,
  executable: executable.nullable(),
  launch: launch.nullable(),
  isAdopted: z.boolean(),
  revision: z.string().nullable().default(null),
  afterStop: afterStop.nullable().default(null),
  lastGoodVersion: z.strictObject(release).nullable().default(null),
  rejectedVersion: z
    .strictObject({ ...release, fingerprint: z.string(), reason })
    .nullable()
    .default(null),
  failureSeries: z.strictObject({ first: generation, stableBefore: generation.nullable() }).nullable().default(null),
  lastStable: z.strictObject({ generation, at: instant }).nullable().default(null),
  failureCount: z.int().nonnegative().default(0),
  restartedBy: holder.nullable().default(null),
  verdict: z.null().default(null),
  attempt: z.enum(['first', 'restart', 'recovery']),
  budget: z.strictObject({
    failures: z.int().nonnegative(),
    restartTimes: z.array(instant),
    hasFallenBack: z.boolean().default(false),
  }),
  restarts: z.int().nonnegative(),
  lastExit: lastExit.nullable(),
  dependencies: z.record(z.string(), z.boolean()),
  since: instant,
  startedAt: instant.nullable(),
  deadlineAt: instant.nullable(),
  reason: reason.nullable(),
  acknowledgement: acknowledgement.nullable().default(null),
  correlationId: z.string().nullable(),
}) satisfies z.ZodType<ServiceContext>;
