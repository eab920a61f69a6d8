import { z } from 'zod';
import { countSchema, idSchema, instantSchema, placeSchema, reasonSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { pinSchema } from './version.ts';
import { becauseSchema, measuredFields, tailSchema } from './launch.ts';
import { exitClassSchema, intendedSchema, reasonCodeSchema, stateSchema, substateSchema } from './state.ts';

/** A past exit (contract 3.4). */
export const lastExitSchema = z
  .strictObject({
    code: z.int().nullable(),
    signal: z.string().nullable(),
    at: instantSchema,
    generation: countSchema,
    class: exitClassSchema,
    ...measuredFields,
    version: z.string().nullable(),
    revision: z.string().nullable().meta({ description: 'The revision of the spec that it was launched with.' }),
    because: becauseSchema,
    output_tail: tailSchema.nullable().optional().meta({ description: 'In the answer for a single service.' }),
  })
  .meta({ id: 'LastExit' });

/** What this platform guarantees for a service. */
export const guaranteesSchema = z
  .strictObject({
    exact_exit: z.boolean().meta({ description: 'Exit code and signal are known and correct.' }),
    tree_complete: z.boolean().meta({ description: 'A stop reaches descendants that became daemons.' }),
    lossless_rotation: z.boolean().meta({ description: 'Old output is deleted without losing a line.' }),
    separate_streams: z.boolean().meta({
      description:
        'Output on stdout and stderr is kept apart; without it all of it is `stdout`, as in a Kubernetes cluster.',
    }),
    output_buffer: z.int().positive().nullable().meta({
      description:
        'How many bytes it can write before it waits, while nothing reads its output; null: unknown (no live process, or a shim of an earlier version), or its output has no pipe (Node shim).',
    }),
  })
  .meta({ id: 'Guarantees' });

/** A service (contract 3.4). */
export const serviceSchema = z
  .strictObject({
    id: idSchema,
    kind: z.string(),
    agents: z.array(idSchema).meta({ description: 'The agents that hold it.' }),
    state: stateSchema,
    intended_state: intendedSchema,
    substate: substateSchema,
    ready: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether its readiness probe passes, or it has none; null: it is not `running`.' }),
    generation: countSchema.meta({ description: 'The number of launches of the service.' }),
    pid: z.int().nullable(),
    place: placeSchema,
    version: z.string().nullable(),
    executable: z.string().nullable(),
    config_path: z.string().nullable(),
    restarts: countSchema,
    started_at: instantSchema.nullable(),
    since: instantSchema.meta({ description: 'When the current state began.' }),
    last_exit: lastExitSchema.nullable(),
    next: z
      .strictObject({ what: z.string(), at: instantSchema })
      .nullable()
      .meta({ description: 'What the current deadline is for.' }),
    reason: reasonSchema,
    reason_code: reasonCodeSchema,
    flapping: z
      .strictObject({
        restarts: countSchema.meta({ description: 'Since the first of them, at most 500.' }),
        exact: z.boolean().meta({ description: 'False: there were more; the journal keeps not every one of them.' }),
        since: instantSchema.meta({ description: 'The first of these restarts.' }),
        until: instantSchema.meta({ description: 'It no longer flaps then, if it is not restarted again.' }),
        threshold: countSchema,
      })
      .nullable()
      .meta({
        description:
          'Its restart policy has restarted it more than `threshold` times in the last hour; null: it has not.',
      }),
    acknowledgement: z
      .strictObject({
        at: instantSchema,
        actor: z.string().nullable().meta({ description: 'Who, as in the events of commands.' }),
        note: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Of the failure that it is in; null: there is none, or nobody has acknowledged it.' }),
    pin: pinSchema
      .nullable()
      .meta({ description: 'The version that it is pinned to; null: its configuration decides.' }),
    adopted: z.boolean().meta({ description: 'Its process was launched by an earlier host.' }),
    doubt: z.strictObject({ since: instantSchema, reason: z.string() }).nullable().meta({
      description:
        'Why it is not known whether its process is still running, as a clause; its state is the one that was last known. Null: that is known, as always on one machine.',
    }),
    orphan: z.boolean().meta({
      description:
        'Its process is alive but has no record of this host, or only its process is known. The service is not launched a second time; it can be stopped.',
    }),
    revision: z.string().meta({ description: 'The revision of the spec that it should run.' }),
    running_revision: z
      .string()
      .nullable()
      .meta({ description: 'The revision that the live process was launched with; null: there is no process.' }),
    guarantees: guaranteesSchema,
  })
  .meta({
    id: 'Service',
    example: {
      id: 'pump1-corerl',
      kind: 'corerl',
      agents: ['pump1'],
      state: 'running',
      intended_state: 'running',
      substate: 'ready',
      ready: true,
      generation: 2,
      pid: 4711,
      place: null,
      version: '2.0.1',
      executable: '/plant/corerl-2.0.1',
      config_path: '/plant/pump1.yaml',
      restarts: 1,
      started_at: '2026-01-02T03:04:05.678Z',
      since: '2026-01-02T03:04:05.901Z',
      last_exit: {
        code: null,
        signal: 'SIGKILL',
        at: '2026-01-02T03:04:05.420Z',
        generation: 1,
        class: 'signal',
        uptime_ms: 86_400_000,
        max_rss: 73_400_320,
        cpu_ms: 5_120,
        version: '2.0.1',
        revision: '5d41402abc4b',
        because: null,
      },
      next: null,
      reason: null,
      reason_code: null,
      flapping: null,
      acknowledgement: null,
      pin: null,
      adopted: false,
      doubt: null,
      orphan: false,
      revision: '5d41402abc4b',
      running_revision: '5d41402abc4b',
      guarantees: {
        exact_exit: true,
        tree_complete: true,
        lossless_rotation: true,
        separate_streams: true,
        output_buffer: 1_048_576,
      },
    },
  });
export type ServiceView = Wire<typeof serviceSchema>;

/** A page of services. */
export const servicePageSchema = z
  .strictObject({
    services: z.array(serviceSchema),
    next: idSchema.nullable().meta({ description: 'The `cursor` of the next page; null at the end.' }),
  })
  .meta({ id: 'ServicePage' });
