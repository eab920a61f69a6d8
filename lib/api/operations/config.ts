import { z } from 'zod';
import { countField, flagField, idField, ifMatchHeader } from '../fields.ts';
import { ok } from '../operation.ts';
import type { Operations } from '../operation.ts';
import { configDiffSchema, configRevisionPageSchema, configurationSchema, reloadSchema } from '../schemas/config.ts';
import { CONFIG_SUBJECTS } from '../../model/configuration/applied.ts';

const subjectFields = {
  agent_id: idField.optional().meta({ description: 'The configuration of this agent.' }),
  service_id: idField.optional().meta({ description: 'The configuration of this shared coreio.' }),
  subject: z
    .enum(CONFIG_SUBJECTS, { error: `must be one of ${CONFIG_SUBJECTS.join(', ')}` })
    .optional()
    .meta({
      description: '`host`: the configuration of the host; `agent`, `service`: those of agents, of shared coreios.',
    }),
};

const revisionNumber = countField(1, Number.MAX_SAFE_INTEGER);

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
  listConfigRevisions: {
    tag: 'Configuration',
    summary: 'The configurations that were applied, newest first: when, whose and by whom.',
    description:
      'A revision is stored together with the command that applies it, if it differs from the one before. The newest 50 of the host, of each agent and ' +
      'of each shared coreio are known, and at most 5,000 in all. Paged by `before` and `limit`.',
    query: z.strictObject({
      ...subjectFields,
      before: revisionNumber.optional().meta({ description: 'Only revisions before this number.' }),
      limit: countField(1, 1000).default(100),
    }),
    answers: ok(configRevisionPageSchema),
    problems: ['store_unavailable'],
  },
  getConfigRevision: {
    tag: 'Configuration',
    summary: 'One of them with its content.',
    answers: ok(configurationSchema),
    problems: ['revision_not_found', 'store_unavailable'],
  },
  getConfigDiff: {
    tag: 'Configuration',
    summary: 'What differs between two applied configurations, key by key, and which services the newer one restarts.',
    description:
      'Without `from` it is the revision before `to`, without `to` the newest one. Without both, everything that the last command applied is compared ' +
      'with what was there before, or with `agent_id`, `service_id` or `subject=host` the newest revision of that subject.',
    query: z.strictObject({
      from: revisionNumber.optional().meta({ description: 'The number of a revision.' }),
      to: revisionNumber.optional().meta({ description: 'The number of another revision of the same subject.' }),
      agent_id: subjectFields.agent_id,
      service_id: subjectFields.service_id,
      subject: z.literal('host', { error: 'must be host' }).optional(),
    }),
    answers: ok(configDiffSchema),
    problems: ['revision_not_found', 'revisions_unrelated', 'store_unavailable'],
  },
} as const satisfies Operations;
