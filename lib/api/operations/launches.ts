import { z } from 'zod';
import { countField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { launchPageSchema } from '../schemas/launch.ts';

const query = z.strictObject({
  before: countField(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'Only launches before this generation.' }),
  limit: countField(1, 100).default(20),
  compare: countField(1, Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'The generation to compare with the last stable launch before it. Default: the last one that failed.',
  }),
});

/** The routes of launches. */
export const LAUNCH_OPERATIONS = {
  listLaunches: {
    tag: 'Services',
    summary:
      'The launches of a service and how each ended, newest first, and the last failed one next to the last stable one.',
    description:
      'The newest 20 launches of each service or more are known, and those that a failure is compared with. A deleted service keeps its launches.',
    query,
    answers: ok(launchPageSchema),
    problems: ['service_not_found', 'store_unavailable'],
  },
} as const satisfies Operations;
