import { z } from 'zod';
import { idSchema, instantSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';

/** The health of the host. */
export const healthSchema = z
  .strictObject({
    status: z.enum(['healthy', 'degraded']),
    process_id: z.int(),
    service: z.literal('coredinator'),
    name: z.string().meta({ description: 'What people call this host: `--name`, or the name of its machine.' }),
    version: z.string(),
    reasons: z.array(z.string()).optional().meta({ description: 'One sentence for each reason, if it is degraded.' }),
    causes: z
      .array(z.strictObject({ reason: z.string(), since: instantSchema }))
      .optional()
      .meta({ description: 'The same with the time when this host first saw each.' }),
    notices: z
      .array(
        z.strictObject({
          code: z.enum(['store_lost', 'store_outdated', 'store_recovered', 'state_copied']),
          at: instantSchema,
          message: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'The reasons that stay until POST /api/health/acknowledge.' }),
  })
  .meta({
    id: 'Health',
    example: { status: 'healthy', process_id: 4711, service: 'coredinator', name: 'Plant 7', version: '0.1.0' },
  });
export type HealthView = Wire<typeof healthSchema>;

const changeSchema = z
  .strictObject({
    service_id: idSchema,
    action: z.enum(['start', 'add', 'restart', 'update', 'stop']),
    changed: z.array(z.string()).meta({ description: 'The parts of the spec that changed; never their values.' }),
    reason: z.string(),
    revision: z
      .string()
      .nullable()
      .meta({ description: 'The revision after the reload; null: the service is removed.' }),
  })
  .meta({ id: 'ServiceChange' });

/** The changes that a reload of the configuration makes, or would make on a dry run. */
export const reloadSchema = z
  .strictObject({
    applied: z.boolean(),
    revision: z.string().meta({
      description:
        'The revision of the content of all files; send it as `If-Match` to apply exactly these changes or none.',
    }),
    changes: z.array(changeSchema).meta({ description: 'Services that change; all others are left alone.' }),
    skipped: z
      .array(z.strictObject({ agent_id: idSchema, reason: z.string() }))
      .meta({ description: 'Agents that are not intended to run and whose files cannot be used now.' }),
  })
  .meta({ id: 'Reload' });
export type ReloadView = Wire<typeof reloadSchema>;
