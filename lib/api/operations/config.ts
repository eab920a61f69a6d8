import { z } from 'zod';
import { flagField, ifMatchHeader } from '../fields.ts';
import type { Operations } from '../operation.ts';
import { reloadSchema } from '../schemas/host.ts';

/** The routes of the configuration. */
export const CONFIG_OPERATIONS = {
  reloadConfig: {
    tag: 'Configuration',
    summary: 'Read every configuration file anew and change what differs.',
    description:
      'With `dry_run=true` it only says what that would be; its ETag as `If-Match` applies exactly what was looked at, or nothing.',
    query: z.strictObject({ dry_run: flagField.default(false) }),
    headers: z.object(ifMatchHeader),
    answers: {
      200: {
        what: 'What it changes, or would.',
        content: { 'application/json': reloadSchema },
        headers: z.object({ ETag: z.string().meta({ description: 'The revision of everything that the files say.' }) }),
      },
    },
    problems: ['config_unreadable', 'config_outside_root', 'config_invalid', 'service_conflict', 'precondition_failed'],
  },
} as const satisfies Operations;
