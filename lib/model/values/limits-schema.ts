import { z } from 'zod';

import type { ResourceLimits } from './limits.ts';

const limit = z.union([z.int().nonnegative(), z.literal('unlimited')]).nullable();

/** The limits inside a service spec. */
export const resourceLimits = z.strictObject({
  openFiles: limit,
  processes: limit,
  coreSize: limit,
  addressSpace: limit,
}) satisfies z.ZodType<ResourceLimits>;
