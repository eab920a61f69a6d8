import { z } from 'zod';
import { countSchema, idSchema, instantSchema } from '../wire.ts';
import type { Wire } from '../wire.ts';

const keyChangeSchema = z
  .strictObject({
    key: z.string().meta({ description: 'The keys that lead to the value, joined by dots.' }),
    old: z.unknown().meta({ description: 'Null: it was not set.' }),
    new: z.unknown().meta({ description: 'Null: it is not set.' }),
  })
  .meta({
    id: 'KeyChange',
    description:
      'A key of the configuration whose value differs. Lists are one value. Values of `env`, and addresses and secrets of webhooks, are `<hidden>` even if they differ.',
    example: { key: 'backoff.max', old: '30s', new: '1m' },
  });

/** What a new configuration does to a service. */
export const serviceChangeSchema = z
  .strictObject({
    service_id: idSchema,
    action: z.enum(['start', 'add', 'restart', 'update', 'stop']),
    changed: z.array(z.string()).meta({ description: 'The parts of the spec that changed; never their values.' }),
    keys: z.array(keyChangeSchema).meta({
      description: 'What differs, with the old and the new value. Empty for a service that is new or removed.',
    }),
    reason: z.string(),
    revision: z
      .string()
      .nullable()
      .meta({ description: 'The revision after the change; null: the service is removed.' }),
  })
  .meta({ id: 'ServiceChange' });

const restartsSchema = z.array(idSchema).meta({ description: 'The services that are stopped and launched again.' });

/** The changes that a reload of the configuration makes, or would make on a dry run. */
export const reloadSchema = z
  .strictObject({
    applied: z.boolean(),
    revision: z.string().meta({
      description:
        'The revision of the content of all files; send it as `If-Match` to apply exactly these changes or none.',
    }),
    changes: z.array(serviceChangeSchema).meta({ description: 'Services that change; all others are left alone.' }),
    restarts: restartsSchema,
    settings: z
      .array(
        z.strictObject({
          agent_id: idSchema.nullable().meta({ description: 'Null: the host.' }),
          keys: z.array(keyChangeSchema),
        }),
      )
      .meta({ description: 'What changes of the host and of agents besides their services.' }),
    skipped: z
      .array(z.strictObject({ agent_id: idSchema, reason: z.string() }))
      .meta({ description: 'Agents that are not intended to run and whose files cannot be used now.' }),
  })
  .meta({
    id: 'Reload',
    example: {
      applied: false,
      revision: 'c0ffee00',
      changes: [
        {
          service_id: 'pump1-corerl',
          action: 'restart',
          changed: ['env', 'restart'],
          keys: [
            { key: 'env.MODEL', old: '<hidden>', new: '<hidden>' },
            { key: 'backoff.max', old: '30s', new: '1m' },
          ],
          reason: 'a new launch is needed for env',
          revision: '5d41402a',
        },
      ],
      restarts: ['pump1-corerl'],
      settings: [{ agent_id: null, keys: [{ key: 'kinds.corerl.backoff.max', old: '30s', new: '1m' }] }],
      skipped: [],
    },
  });
export type ReloadView = Wire<typeof reloadSchema>;
export type ServiceChangeView = Wire<typeof serviceChangeSchema>;
export type KeyChangeView = Wire<typeof keyChangeSchema>;

const revisionFields = {
  number: z.int().positive().meta({ description: 'Grows with each revision, across all of them.' }),
  at: instantSchema,
  subject: z
    .enum(['host', 'agent', 'service'])
    .meta({ description: 'Whose configuration it is; `service`: that of a shared coreio.' }),
  agent_id: idSchema.nullable().meta({ description: 'For an agent.' }),
  service_id: idSchema.nullable().meta({ description: 'For a shared coreio.' }),
  revision: z.string().meta({ description: 'A hash of the configuration, hidden values included.' }),
  actor: z.string().nullable().meta({
    description:
      'Who gave the command that applied it, as in the events of commands; null: unknown, or the host when it started.',
  }),
  correlation_id: z.string().nullable().meta({ description: 'That of the events of the command.' }),
};

const revisionExample = {
  number: 12,
  at: '2026-01-02T03:04:05.678Z',
  subject: 'agent' as const,
  agent_id: 'pump1',
  service_id: null,
  revision: '5d41402a',
  actor: 'anna',
  correlation_id: '0d3d52ea-5d4a-4d0c-8f1c-3a1b5d1d3f60',
};

/** One applied configuration. */
export const configRevisionSchema = z
  .strictObject(revisionFields)
  .meta({ id: 'ConfigRevision', example: revisionExample });
export type ConfigRevisionView = Wire<typeof configRevisionSchema>;

/** A page of the applied configurations. */
export const configRevisionPageSchema = z
  .strictObject({
    revisions: z.array(configRevisionSchema),
    next: countSchema.nullable().meta({ description: 'The `before` of the next page; null at the end.' }),
  })
  .meta({ id: 'ConfigRevisionPage' });
export type ConfigRevisionPageView = Wire<typeof configRevisionPageSchema>;

/** One applied configuration with its content. */
export const configurationSchema = z
  .strictObject({
    ...revisionFields,
    configuration: z.record(z.string(), z.unknown()).meta({
      description:
        'As the host understood it: with all defaults, and each resulting service under `services`. Values of `env`, and addresses and secrets of webhooks, are `<hidden>`.',
    }),
  })
  .meta({
    id: 'Configuration',
    example: {
      ...revisionExample,
      configuration: {
        agent_type: 'default',
        config_path: '/plant/pump1.yaml',
        strategy: 'one_for_one',
        services: { 'pump1-corerl': { kind: 'corerl', executable: 'corerl', env: { MODEL: '<hidden>' } } },
      },
    },
  });
export type ConfigurationView = Wire<typeof configurationSchema>;

/** The differences between two revisions of one subject. */
export const configDiffSchema = z
  .strictObject({
    diffs: z
      .array(
        z.strictObject({
          from: configRevisionSchema.nullable().meta({
            description: 'Null: no earlier revision is stored, so there is nothing to compare with.',
          }),
          to: configRevisionSchema,
          settings: z.array(keyChangeSchema).meta({ description: 'What differs besides the services.' }),
          changes: z.array(serviceChangeSchema).meta({
            description: 'The services that differ, as a reload would change them if all of them were running.',
          }),
        }),
      )
      .meta({ description: 'One for each subject.' }),
    restarts: restartsSchema,
  })
  .meta({
    id: 'ConfigDiff',
    example: {
      diffs: [
        {
          from: { ...revisionExample, number: 11, revision: 'b00f90d2' },
          to: revisionExample,
          settings: [],
          changes: [
            {
              service_id: 'pump1-corerl',
              action: 'restart',
              changed: ['version'],
              keys: [{ key: 'version', old: null, new: '1.9.x' }],
              reason: 'a new launch is needed for version',
              revision: '3ee36298',
            },
          ],
        },
      ],
      restarts: ['pump1-corerl'],
    },
  });
export type ConfigDiffView = Wire<typeof configDiffSchema>;
