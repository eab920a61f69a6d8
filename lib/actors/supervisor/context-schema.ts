import { z } from 'zod';

import type { SupervisorContext } from './context.ts';

/**
 * The context of the root as stored. A new field needs a default here or a migration (control/recovery/migrations.ts).
 */
export const supervisorRecord = z.strictObject({
  crashes: z.record(z.string(), z.array(z.number())),
}) satisfies z.ZodType<SupervisorContext>;
