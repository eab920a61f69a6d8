import { z } from 'zod';
import { idSchema, instantSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';
import { serviceChangeSchema } from './config.ts';

/** The version that somebody has chosen for a service. */
export const pinSchema = z
  .strictObject({
    version: z.string(),
    since: instantSchema,
    actor: z.string().nullable().meta({ description: 'Who pinned it, as in the events of commands; null: unknown.' }),
    configured: z
      .string()
      .nullable()
      .meta({ description: 'The version range that the configuration asks for; null: any version.' }),
    in_range: z.boolean().meta({ description: 'The configuration asks for a range that includes the version.' }),
  })
  .meta({ id: 'VersionPin' });

const fileSchema = z.strictObject({ version: z.string().nullable(), executable: z.string() });

const availableSchema = z
  .array(z.strictObject({ version: z.string(), executable: z.string() }))
  .meta({ description: 'The executables with a version in their name, best first; one of each version.' });

const pinField = pinSchema.nullable().meta({ description: 'Null: the configuration decides.' });

/** The versions that there are for a service. */
export const versionsSchema = z
  .strictObject({
    service_id: idSchema,
    version: z.string().nullable().meta({ description: 'That of the executable that it runs, or ran last.' }),
    executable: z.string().nullable(),
    configured: z.string().nullable().meta({ description: 'The version range of the configuration; null: any.' }),
    pin: pinField,
    available: availableSchema,
  })
  .meta({
    id: 'Versions',
    example: {
      ...{
        service_id: 'pump1-corerl',
        version: '2.0.1',
        executable: '/plant/corerl-2.0.1',
        configured: '^2',
        pin: null,
      },
      available: [
        { version: '2.0.1', executable: '/plant/corerl-2.0.1' },
        { version: '1.9.0', executable: '/plant/corerl-1.9.0' },
      ],
    },
  });
export type VersionsView = Wire<typeof versionsSchema>;

/** What pinning or unpinning a version does, or would do on a dry run. */
export const versionChangeSchema = z
  .strictObject({
    applied: z.boolean(),
    service_id: idSchema,
    pin: pinField,
    changes: z.array(serviceChangeSchema).meta({ description: 'As for a reload; empty if it is so already.' }),
    restarts: z.array(idSchema).meta({ description: 'The service, if it is stopped and launched again.' }),
    from: fileSchema.nullable().meta({ description: 'What it ran before; null: it had no process.' }),
    to: fileSchema.nullable().meta({ description: 'What a new launch runs; null: no executable fits.' }),
    available: availableSchema,
  })
  .meta({
    id: 'VersionChange',
    example: {
      applied: true,
      service_id: 'pump1-corerl',
      pin: {
        ...{ version: '1.9.0', since: '2026-01-02T03:04:05.678Z', actor: 'anna', configured: '^2', in_range: false },
      },
      changes: [
        {
          service_id: 'pump1-corerl',
          action: 'restart',
          changed: ['version'],
          keys: [{ key: 'version', old: '^2', new: '1.9.0' }],
          reason:
            'its process runs version 2.0.1, and a new launch runs version 1.9.0; its configuration asks for version ^2, which excludes it',
          revision: '5d41402a',
        },
      ],
      restarts: ['pump1-corerl'],
      from: { version: '2.0.1', executable: '/plant/corerl-2.0.1' },
      to: { version: '1.9.0', executable: '/plant/corerl-1.9.0' },
      available: [
        { version: '2.0.1', executable: '/plant/corerl-2.0.1' },
        { version: '1.9.0', executable: '/plant/corerl-1.9.0' },
      ],
    },
  });
export type VersionChangeView = Wire<typeof versionChangeSchema>;
export type PinView = Wire<typeof pinSchema>;
