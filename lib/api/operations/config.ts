import { z } from 'zod';
import { flagField } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { reloadSchema } from '../schemas/host.ts';

/** The routes of the configuration. */
export const CONFIG_OPERATIONS = {
  reloadConfig: {
    tag: 'Configuration',
    summary: 'Read every configuration file anew and change what differs.',
    description: 'With `dry_run=true` it only says what that would be.',
    query: z.strictObject({ dry_run: flagField.default(false) }),
    answers: ok(reloadSchema),
    problems: ['config_unreadable', 'config_outside_root', 'config_invalid', 'service_conflict'],
  },
} as const satisfies Operations;
