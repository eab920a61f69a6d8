import { z } from 'zod';
import { instantSchema } from '../wire.ts';
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
