import { z } from 'zod';
import { flagField, ifMatchHeader } from '../fields.ts';
import type { Operations } from '../operation.ts';
import { reloadSchema } from '../schemas/host.ts';

/** The routes of the configuration. */
export const CONFIG_OPERATIONS = {
  reloadConfig: {
    tag: 'Configuration',
    summary: 'Reload every configuration file and apply what changed.',
    description:
      'With `dry_run=true` it only reports the changes. Send the ETag of that response as `If-Match` to apply exactly these changes or none.',
    query: z.strictObject({ dry_run: flagField.default(false) }),
    headers: z.object(ifMatchHeader),
    answers: {
      200: {
        what: 'The changes, or those that a dry run would make.',
        content: { 'application/json': reloadSchema },
        headers: z.object({ ETag: z.string().meta({ description: 'The revision of the content of all files.' }) }),
      },
    },
    problems: ['config_unreadable', 'config_outside_root', 'config_invalid', 'service_conflict', 'precondition_failed'],
  },
} as const satisfies Operations;
